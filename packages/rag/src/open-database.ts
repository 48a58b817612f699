import { Database, type DatabaseOptions } from "@galen/db";
import { splitPassages } from "./chunks/split-passages.ts";

/**
 * Opens a data folder as `Database.open` does, with documents cut into passages of whole sentences.
 *
 * @throws {DbError} as `Database.open`.
 */
export function openDatabase(uri: string, options: DatabaseOptions = {}): Promise<Database> {
  return Database.open(uri, { split: splitPassages, ...options });
}
