import { Database } from "@galen/db";
import type { Collection } from "@galen/db";
import type { FakeEmbedder } from "@galen/testing";
import { MAIN } from "../load/database.ts";
import { splitSentences } from "../load/documents.ts";
import { FIELDS } from "./fields.ts";

/** The collection under test, created when the folder is new. */
export async function openTwin(
  folder: string,
  embedder: FakeEmbedder,
): Promise<{ database: Database; collection: Collection }> {
  const database = await Database.open(folder, { loadEmbedder: async () => embedder, split: splitSentences });
  const collection = (await database.hasCollection(MAIN))
    ? await database.collection(MAIN)
    : await database.createCollection({ name: MAIN, fields: FIELDS });
  return { database, collection };
}
