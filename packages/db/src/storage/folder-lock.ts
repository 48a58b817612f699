import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { DbError } from "../errors.ts";
import { notWritable } from "./failure.ts";

/**
 * One writer a folder. The lock is the operating system's, held through an open exclusive transaction on an empty SQLite
 * file: it ends with the process however that ends, so there is no stale lock to clear.
 */
export function lockFolder(folder: string): { release(): void } {
  const lock = openLock(folder);
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw notWritable(folder, error);
    throw new DbError("data_folder_locked", `The data folder ${folder} is in use by another database.`, {
      hint: "Stop the other process, or use its HTTP interface.",
      details: { path: folder },
      cause: error,
    });
  }
  return { release: () => lock.close() };
}

function openLock(folder: string): Sqlite.Database {
  try {
    return new Sqlite(join(folder, "galen.lock"), { timeout: 0 });
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
}
