import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "./failure.ts";

/** Bytes of all files below a folder; none where there is no folder. Files that go away meanwhile (pruning) do not count. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      try {
        return (await stat(join(entry.parentPath, entry.name))).size;
      } catch (error) {
        if (isMissing(error)) return 0;
        throw error;
      }
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
