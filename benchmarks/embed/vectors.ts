import { readFile } from "node:fs/promises";

/** The vectors that a contestant has written, one after another. */
export async function readVectors(file: string): Promise<Float32Array> {
  return new Float32Array(Uint8Array.from(await readFile(file)).buffer);
}
