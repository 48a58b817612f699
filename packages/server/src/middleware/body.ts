import type { AppContext } from "../context.ts";

export interface BodyLimit {
  readonly limit: number;
  readonly tooLarge: () => Error;
}

/** The bytes of a request's body, of which no more than the limit are read. */
export async function readBody(c: AppContext, { limit, tooLarge }: BodyLimit): Promise<Uint8Array> {
  if (Number(c.req.header("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
