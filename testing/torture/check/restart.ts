import type { Database } from "@galen/db";
import { MAIN, openDatabase } from "../load/database.ts";

/** Opens the database and searches once; how long that took is what a user waits after a restart. */
export async function restart(folder: string): Promise<{ readonly database: Database; readonly ms: number }> {
  const start = performance.now();
  const database = await openDatabase(folder);
  try {
    if (await database.hasCollection(MAIN)) await (await database.collection(MAIN)).search({ query: "document" });
    return { database, ms: performance.now() - start };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}
