import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DbError } from "../errors.ts";
import { notWritable } from "./failure.ts";
import { lockFolder } from "./folder-lock.ts";

/** A folder that this process alone writes to, for as long as it is held. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string;
  readonly catalogue: string;
  readonly tables: string;
}

/** Creates the folder when it is missing and takes its lock. `uri` is a path or a `file:` URI. */
export async function openDataFolder(uri: string): Promise<DataFolder> {
  const path = folderPath(uri);
  const tables = join(path, "tables");
  await makeFolder(tables);
  const lock = lockFolder(path);
  return { path, tables, catalogue: join(path, "catalogue.sqlite"), [Symbol.asyncDispose]: async () => lock.release() };
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

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw notWritable(path, error);
  }
}
