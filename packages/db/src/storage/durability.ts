import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { synchronize } from "./synchronize.ts";

/** Lance writes each file once, except this pointer to the newest manifest. */
const REWRITTEN = "latest_version_hint.json";

/**
 * LanceDB never calls fsync on local files (traced on 0.39), so a power cut may lose what it reported as written. A barrier
 * puts everything that appeared in a table's folder since the last one on disk, files first, then the folders that name them.
 */
export class DurabilityBarrier {
  readonly #folder: string;
  #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async pass(): Promise<void> {
    const present = await this.#files();
    const created = present.filter((path) => !this.#known.has(path) || path.endsWith(REWRITTEN));
    await Promise.all(created.map(synchronize));
    const folders = new Set(created.flatMap((path) => this.#foldersAbove(path)));
    await Promise.all(Array.from(folders, synchronize));
    this.#known = new Set(present);
  }

  async #files(): Promise<string[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  /** From the file's own folder up to the one that holds the table's. */
  #foldersAbove(path: string): string[] {
    const above: string[] = [];
    for (let at = dirname(path); at.length >= this.#folder.length; at = dirname(at)) above.push(at);
    return [...above, dirname(this.#folder)];
  }
}
