import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DbError } from "../errors.ts";
import { notWritable } from "./failure.ts";
import { lockFolder } from "./folder-lock.ts";
import { synchronize } from "./synchronize.ts";

/** A folder that this process alone writes to, for as long as it is held. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string;
  readonly catalogue: string;
  readonly tables: string;
  readonly snapshots: string;
}

/** Creates the folder when it is missing and takes its lock. `uri` is a path or a `file:` URI. */
export async function openDataFolder(uri: string): Promise<DataFolder> {
  const path = folderPath(uri);
  const tables = join(path, "tables");
  const created = await makeFolder(tables);
  const lock = lockFolder(path);
  try {
    await keepNames(path, created);
  } catch (error) {
    lock.release();
    throw notWritable(path, error);
  }
  return { ...pathsIn(path), [Symbol.asyncDispose]: async () => lock.release() };
}

/** A folder that another process may be writing. Nothing in it is changed. */
export function dataFolderForReading(uri: string): Omit<DataFolder, keyof AsyncDisposable> {
  const path = folderPath(uri);
  return pathsIn(path);
}

function pathsIn(path: string): Omit<DataFolder, keyof AsyncDisposable> {
  return {
    path,
    catalogue: join(path, "catalogue.sqlite"),
    tables: join(path, "tables"),
    snapshots: join(path, "snapshots"),
  };
}

function folderPath(uri: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return resolve(uri);
  if (scheme === "file") return fileURLToPath(uri);
  throw new DbError("storage_failed", `There is no storage for ${scheme}: URIs.`, {
    hint: "Name a local folder.",
    details: { scheme },
  });
}

/** The first folder that had to be created, if any. */
async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true });
  } catch (error) {
    throw notWritable(path, error);
  }
}

/**
 * A new folder is on disk when the folder that names it is: a power cut would take it away with everything in it. Also at every
 * later opening, for whoever created it may have been killed before this.
 */
async function keepNames(path: string, created: string | undefined): Promise<void> {
  await synchronize(path);
  if (created === undefined) return synchronize(dirname(path)).catch(unlessDenied);
  for (let folder = dirname(path); folder.length >= dirname(created).length; folder = dirname(folder)) {
    await synchronize(folder);
    if (folder === dirname(folder)) return;
  }
}

/** Who may not even read the folder above did not create this one in it. */
function unlessDenied(error: unknown): void {
  if (error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM")) return;
  throw error;
}
