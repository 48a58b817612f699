import { createHash, randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { fileExists } from "../model-folder/file-presence.ts";

const HASH_CHARACTERS = 12;

/**
 * Writes a file of a folder that appears under its name only when all its bytes are on disk; after an error nothing
 * is left. The name may be made of the content's hash.
 */
export async function createAtomically(
  folder: string,
  bytes: AsyncIterable<Uint8Array>,
  nameOf: (hash: string) => string,
): Promise<{ readonly name: string; readonly isNew: boolean }> {
  const partial = join(folder, `.galen-${randomUUID()}.part`);
  try {
    const name = nameOf(await write(partial, bytes));
    const isNew = !(await fileExists(join(folder, name)));
    await rename(partial, join(folder, name));
    return { name, isNew };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function write(file: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  await using handle = await open(file, "wx");
  for await (const piece of bytes) {
    hash.update(piece);
    await handle.writeFile(piece); // writes all of it, at the place that the last one ended
  }
  await handle.sync();
  return hash.digest("hex").slice(0, HASH_CHARACTERS);
}
