import { access, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { SqliteCatalogue } from "../catalogue/sqlite-catalogue.ts";
import { DbError } from "../errors.ts";
import { notWritable } from "./failure.ts";
import { lockFolder } from "./folder-lock.ts";
import { FolderObjects } from "./folder-objects.ts";
import type { Storage } from "./storage.ts";
import { synchronize } from "./synchronize.ts";

/** A database in a folder of this machine: `uri` is a path or a `file:` URI. The lock is the operating system's. */
export const dataFolders: Storage = {
  async hold(uri) {
    const path = folderPath(uri);
    const created = await makeFolder(join(path, "tables"));
    const lock = lockFolder(path);
    try {
      await keepNames(path, created);
    } catch (error) {
      lock.release();
      throw notWritable(path, error);
    }
    return {
      ...placesIn(path),
      openCatalogue: () => opened(path, SqliteCatalogue.open(catalogueIn(path))),
      [Symbol.asyncDispose]: async () => lock.release(),
    };
  },

  async read(uri) {
    const path = folderPath(uri);
    await requireCatalogue(path);
    return {
      ...placesIn(path),
      openCatalogue: () => opened(path, SqliteCatalogue.openForReading(catalogueIn(path))),
    };
  },
};

function placesIn(path: string) {
  return {
    path,
    tables: join(path, "tables"),
    snapshots: join(path, "snapshots"),
    objects: new FolderObjects(join(path, "objects")),
  };
}

function catalogueIn(path: string): string {
  return join(path, "catalogue.sqlite");
}

/** Readers of SQLite's write-ahead log share a file beside it, which somebody has to make: they may fail as a writer does. */
async function opened(path: string, opening: Promise<Catalogue>): Promise<Catalogue> {
  try {
    return await opening;
  } catch (error) {
    throw notWritable(path, error);
  }
}

async function requireCatalogue(path: string): Promise<void> {
  try {
    await access(catalogueIn(path));
  } catch (cause) {
    throw new DbError("data_folder_not_found", `There is no data in the folder ${path}.`, {
      hint: "Name the data folder of a database, or open it for writing first.",
      details: { path },
      cause,
    });
  }
}

function folderPath(uri: string): string {
  return /^file:/i.test(uri) ? fileURLToPath(uri) : resolve(uri);
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
