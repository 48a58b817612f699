import { Database, DatabaseReader, type DatabaseOptions } from "@galen/db";
import { splitPassages } from "./chunks/split-passages.ts";

/**
 * Opens a data folder as `Database.open` does, with documents cut into passages of whole sentences.
 *
 * @throws {DbError} as `Database.open`.
 */
export function openDatabase(uri: string, options: DatabaseOptions = {}): Promise<Database> {
  return Database.open(uri, { split: splitPassages, ...options });
}

/**
 * Opens a data folder for reading beside the process that writes it, as `DatabaseReader.open` does.
 *
 * @throws {DbError} as `DatabaseReader.open`.
 */
export function openDatabaseReader(
  uri: string,
  options: Omit<DatabaseOptions, "signal"> = {},
): Promise<DatabaseReader> {
  return DatabaseReader.open(uri, { split: splitPassages, ...options });
}
