import { Database } from "@galen/db";
import type { Collection } from "@galen/db";
import { MAIN } from "../load/database.ts";
import { splitSentences } from "../load/documents.ts";
import { FIELDS } from "./fields.ts";
import type { Twins } from "./model-operation.ts";

/** Name of the further vectors, and of their model. */
export const FAR = "far";

/** The collection under test, created when the folder is new. */
export async function openTwin(
  folder: string,
  { embedder, far }: Pick<Twins, "embedder" | "far">,
): Promise<{ database: Database; collection: Collection }> {
  const loadEmbedder = async (model: string | undefined) => (model === FAR ? far : embedder);
  const database = await Database.open(folder, { loadEmbedder, split: splitSentences });
  const collection = (await database.hasCollection(MAIN))
    ? await database.collection(MAIN)
    : await database.createCollection({ name: MAIN, fields: FIELDS, vectors: { [FAR]: { model: FAR, metric: "l2" } } });
  return { database, collection };
}
