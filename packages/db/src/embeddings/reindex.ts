import type { EmbeddingsData, EmbeddingsId } from "./embeddings-document.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import { markComplete } from "./generation.ts";
import type { Generation } from "./generation.ts";
import { storedSections } from "./read-generation.ts";
import { storeDocuments, storeIncoming } from "./store-documents.ts";

type Row = readonly [id: EmbeddingsId, data: EmbeddingsData, tags: string | null];

/** Changes documents on their way into the new index, where what it gives is stored. */
export type ReindexFunction = (rows: Iterable<Row>) => Iterable<Row> | AsyncIterable<Row>;

/** Stores the documents of one generation in another; rows are numbered anew, and keep their ids and times. */
export async function reindexGeneration(
  from: Generation,
  to: Generation,
  {
    options,
    next,
    change,
  }: {
    readonly options: EmbeddingsOptions;
    readonly next: EmbeddingsOptions;
    readonly change: ReindexFunction | undefined;
  },
): Promise<void> {
  const { sections } = await storedSections(from.collection, options);
  to.nextId = from.nextId;
  if (change) {
    const rows = sections.map(({ id, data, text, tags }): Row => [id, data ?? text, tags]);
    await storeDocuments(to, change(rows), next);
    return;
  }
  const column = next.columns?.text ?? "text";
  await storeIncoming(
    to,
    next,
    sections.map((section) => {
      const named = section.data?.[column];
      return typeof named === "string" && named !== "" ? { ...section, text: named } : section;
    }),
  );
  await markComplete(to);
}
