import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface FolderFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** `onnx/model.onnx`, `1_Pooling/config.json`; a folder that holds more than a model is not walked to its end. */
const MAX_DEPTH = 2;
const MAX_FILES = 1_000;

/** The files of a model folder with their sizes, sorted by path. Hidden ones are left out; links to files are followed. */
export async function listFiles(folder: string): Promise<FolderFile[]> {
  const files = await walk(folder, { prefix: "", depth: 1 });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, MAX_FILES);
}

async function walk(
  folder: string,
  { prefix, depth }: { readonly prefix: string; readonly depth: number },
): Promise<FolderFile[]> {
  const found: FolderFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || found.length >= MAX_FILES) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH) found.push(...(await walk(path, { prefix: `${prefix}${entry.name}/`, depth: depth + 1 })));
      continue;
    }
    const facts = await stat(path);
    if (facts.isFile()) found.push({ path: prefix + entry.name, bytes: facts.size });
  }
  return found;
}
