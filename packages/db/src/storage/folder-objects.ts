import { randomUUID } from "node:crypto";
import type { ReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isMissing } from "./failure.ts";
import { linkOrCopy } from "./link-files.ts";
import { namesIn } from "./names-in.ts";
import type { ObjectStore } from "./object-store.ts";
import { synchronize } from "./synchronize.ts";

/** Begins the name of a file that is being written. */
const UNFINISHED = ".";
/** Names are shared out to this many folders by their first two letters: directories of a million names are slow. */
const SHARD = /^[0-9a-f]{2}$/;
const HASH = /^[0-9a-f]{64}$/;

/** Objects as files that are named by their hash, in a folder that is made with the first of them. */
export class FolderObjects implements ObjectStore {
  readonly #path: string;
  /** Folders whose own names are on disk. */
  readonly #kept = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  async open(hash: string): Promise<ReadStream | undefined> {
    try {
      return (await open(this.#fileOf(hash))).createReadStream();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async export(hash: string, file: string): Promise<boolean> {
    try {
      await linkOrCopy(this.#fileOf(hash), file);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async put(hash: string, bytes: Uint8Array): Promise<void> {
    await this.#keep(hash, bytes.byteLength, async (path) => {
      const file = await open(path, "wx");
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
    });
  }

  async import(hash: string, file: string): Promise<void> {
    await this.#keep(hash, (await stat(file)).size, (path) => linkOrCopy(file, path));
  }

  async remove(hash: string): Promise<void> {
    await rm(this.#fileOf(hash), { force: true });
  }

  async *list(): AsyncGenerator<readonly string[]> {
    for (const shard of await namesIn(this.#path)) {
      if (SHARD.test(shard)) yield (await namesIn(join(this.#path, shard))).filter((name) => HASH.test(name));
    }
  }

  async clear(): Promise<void> {
    for (const name of await namesIn(this.#path)) {
      if (name.startsWith(UNFINISHED)) await rm(join(this.#path, name));
    }
  }

  /** @throws {RangeError} for what is no hash: it may not become a path */
  #fileOf(hash: string): string {
    if (!HASH.test(hash)) throw new RangeError("objects are named by their SHA-256");
    return join(this.#path, hash.slice(0, 2), hash);
  }

  /** A file gets its name when its content is on disk; that name is on disk when its folder is, and the folders above. */
  async #keep(hash: string, size: number, write: (path: string) => Promise<void>): Promise<void> {
    const target = this.#fileOf(hash);
    await this.#keepFolder(dirname(target));
    if ((await sizeOf(target)) !== size) {
      const unfinished = join(this.#path, `${UNFINISHED}${randomUUID()}`);
      try {
        await write(unfinished);
        await synchronize(unfinished);
        await rename(unfinished, target);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    }
    // Also of one that was there: whoever gave it its name may have failed before this.
    await synchronize(dirname(target));
  }

  async #keepFolder(folder: string): Promise<void> {
    if (this.#kept.has(folder)) return;
    await mkdir(folder, { recursive: true });
    await synchronize(this.#path);
    await synchronize(dirname(this.#path));
    this.#kept.add(folder);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
