/** Texts in the order of their UTF-8 bytes, which is that of their code points: the order of SQLite and of LanceDB. */
export function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
