import { join } from "node:path";
import type { GenerationView } from "./generations/generation-view.ts";
import type { CollectionStatistics } from "./schemas/statistics.ts";
import { folderBytes } from "./storage/folder-bytes.ts";
import { DEFAULT_VECTORS } from "./vectors/vector-space.ts";
import { fieldColumn } from "./tables/passage-schema.ts";

/** What a collection is made of, counted. */
export async function statisticsOf({
  catalogue,
  record,
  table,
  tableFolder,
}: GenerationView): Promise<CollectionStatistics> {
  const fields = Object.entries(record.fields).map(async ([name, type]) => {
    const documents = await table.countRows(`\`${fieldColumn(name)}\` IS NOT NULL AND chunk_no = 0`);
    return [name, { type, documents }] as const;
  });
  const present = (await catalogue.collectionOf(record.id)) ?? record;
  const lengths = await catalogue.textLengths(record.id);
  const { [DEFAULT_VECTORS]: own, ...further } = present.vectorIndexes;
  const resident = table.residentRows;
  const [data, indexes, all] = await Promise.all(
    ["data", "_indices", ""].map((part) => folderBytes(join(tableFolder, part))),
  );
  return {
    documents: await catalogue.countDocuments(record.id),
    passages: await table.countRows(),
    ...(lengths && { text_length: lengths }),
    sources: (await catalogue.listSources(record.id, "")).length,
    fields: Object.fromEntries(await Promise.all(fields)),
    undeclared_fields: await catalogue.seenFields(record.id),
    bytes: { data: data ?? 0, indexes: indexes ?? 0, versions: (all ?? 0) - (data ?? 0) - (indexes ?? 0) },
    indexes: {
      text_unindexed: await table.unindexedRows(),
      ...(resident !== undefined && { vectors_in_memory: resident }),
      ...(own && { vector: own }),
      ...(Object.keys(further).length > 0 && { vectors: further }),
    },
  };
}
