import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DbError } from "../errors.ts";
import { SnapshotId, SnapshotManifest } from "../schemas/snapshot.ts";
import type { SnapshotReport } from "../schemas/snapshot.ts";
import { isMissing } from "../storage/failure.ts";
import { namesIn } from "../storage/names-in.ts";
import { synchronize } from "../storage/synchronize.ts";
import { filesIn } from "../storage/link-files.ts";

export const TABLE = "table";
export const DOCUMENTS = "documents.jsonl";
const MANIFEST = "manifest.json";
/** Begins the name of a folder that is not a snapshot yet, or no longer. */
const UNFINISHED = ".";

/** The folders of the snapshots of a data folder: one is there wholly, or not at all. */
export class SnapshotFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes a snapshot in a folder that gets its name when everything in it is on disk.
   * @param fill writes the files into the folder that it is given, and says the rest of the manifest.
   */
  async make(
    fill: (folder: string, id: string) => Promise<Omit<SnapshotManifest, "id" | "files" | "bytes" | "format">>,
  ): Promise<SnapshotManifest> {
    const id = newId();
    const folder = join(this.#path, `${UNFINISHED}${id}`);
    await mkdir(folder, { recursive: true });
    try {
      const rest = await fill(folder, id);
      const files = await describeFiles(folder);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const manifest: SnapshotManifest = { format: 1, id, ...rest, bytes, files };
      await writeDurably(join(folder, MANIFEST), JSON.stringify(manifest));
      await synchronizeFolder(folder);
      await rename(folder, this.folderOf(id));
      await synchronize(this.#path);
      return manifest;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** @throws {DbError} `snapshot_not_found` for what is no id */
  folderOf(id: string): string {
    if (!SnapshotId.safeParse(id).success) throw notFound();
    return join(this.#path, id);
  }

  /** From old to new. */
  async ids(): Promise<string[]> {
    return (await namesIn(this.#path)).filter((name) => SnapshotId.safeParse(name).success).sort();
  }

  /** @throws {DbError} `snapshot_not_found`, `snapshot_invalid` */
  async manifest(id: string): Promise<SnapshotManifest> {
    const json = await readFile(join(this.folderOf(id), MANIFEST), "utf8").catch((cause: unknown) => {
      throw isMissing(cause) ? notFound() : cause;
    });
    const parsed = SnapshotManifest.safeParse(parseJson(json));
    if (parsed.success) return parsed.data;
    throw new DbError("snapshot_invalid", "The manifest of the snapshot cannot be read.", {
      hint: "It is damaged, or was written by a newer Galen.",
      details: { id },
    });
  }

  /** Reads every file. @throws {DbError} `snapshot_not_found`, `snapshot_invalid` */
  async verify(id: string): Promise<SnapshotReport> {
    const { files } = await this.manifest(id);
    const report: SnapshotReport = { id, ok: true, files: files.length, missing: [], damaged: [] };
    for (const { path, sha256 } of files) {
      const found = await hashOf(join(this.folderOf(id), path)).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (found === undefined) report.missing.push(path);
      else if (found !== sha256) report.damaged.push(path);
    }
    return { ...report, ok: report.missing.length + report.damaged.length === 0 };
  }

  /** Also a damaged one. @throws {DbError} `snapshot_not_found` */
  async remove(id: string): Promise<void> {
    const removed = join(this.#path, `${UNFINISHED}${id}`);
    await rename(this.folderOf(id), removed).catch((cause: unknown) => {
      throw isMissing(cause) ? notFound() : cause;
    });
    await synchronize(this.#path);
    await rm(removed, { recursive: true });
  }

  /** Clears away what a crash left unfinished. */
  async clear(): Promise<void> {
    for (const name of await namesIn(this.#path)) {
      if (name.startsWith(UNFINISHED)) await rm(join(this.#path, name), { recursive: true });
    }
  }
}

/** In order of time. */
function newId(): string {
  return `${new Date().toISOString().replaceAll(/[-:.]/g, "")}-${randomBytes(4).toString("hex")}`;
}

async function describeFiles(folder: string): Promise<SnapshotManifest["files"]> {
  const files: SnapshotManifest["files"] = [];
  for (const path of await filesIn(folder)) {
    const file = join(folder, path);
    files.push({ path, bytes: (await stat(file)).size, sha256: await hashOf(file) });
  }
  return files;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function writeDurably(path: string, content: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function synchronizeFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) await synchronize(join(entry.parentPath, entry.name));
  await synchronize(folder);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function notFound(): DbError {
  return new DbError("snapshot_not_found", "There is no such snapshot.", {
    hint: "`galen snapshot list` lists them.",
  });
}
