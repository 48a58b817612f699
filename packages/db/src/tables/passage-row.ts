/** Which passage of which version of a document. */
export interface PassageRow {
  readonly id: string;
  readonly documentId: string;
  readonly chunkNo: number;
  readonly rev: number;
}

/** The score is rounded: two ways to the same score differ in its last digits, and ties must be ties. */
export interface ScoredPassage extends PassageRow {
  readonly score: number;
}

export function scoredPassage(id: string, rev: number, score: number): ScoredPassage {
  const separator = id.lastIndexOf("#");
  const [documentId, chunkNo] = [id.slice(0, separator), Number(id.slice(separator + 1))];
  return { id, documentId, chunkNo, rev, score };
}

/** To six decimals. */
export function roundScore(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

export function passageId(documentId: string, chunkNo: number): string {
  return `${documentId}#${chunkNo}`;
}

export function passageRow(id: string, rev: number): PassageRow {
  const separator = id.lastIndexOf("#");
  return { id, documentId: id.slice(0, separator), chunkNo: Number(id.slice(separator + 1)), rev };
}
