import { open } from "node:fs/promises";

/** Puts a file's content, or the names in a folder, on disk (fsync). */
export async function synchronize(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
