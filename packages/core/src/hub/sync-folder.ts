import { open } from "node:fs/promises";

/** Puts a rename in a folder onto the disk. Windows cannot open a folder and does so by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await using folder = await open(path, "r");
  await folder.sync();
}
