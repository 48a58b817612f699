import { presentDocuments } from "./catalogue/read-documents.ts";
import { embedPassages, vectorsError } from "./ingestion/embed-passages.ts";
import type { Generation } from "./generations/generation.ts";
import type { EmbeddedDocument } from "./tables/passage-rows.ts";
import { compare } from "./verify.ts";

/** What was mended. */
export interface RepairReport {
  /** Documents whose passages were made anew from the catalogue. */
  readonly restored: number;
  /** Documents that were in the table alone, and are gone. */
  readonly removed: number;
}

const BATCH_DOCUMENTS = 128;

/**
 * Makes the table agree with the catalogue, which is what was acknowledged: passages that belong to nothing go, and documents with
 * missing, stale or doubled passages are embedded and stored again. A table that agrees is left as it is.
 */
export async function repair(generation: Generation): Promise<RepairReport> {
  const { record, catalogue, table, writer } = generation;
  // Nothing is half written while the lane is held.
  const { broken, orphans } = await writer.hold(async () => {
    const found = await compare({ id: record.id, catalogue, table });
    const wrong = [...found.orphans, ...found.broken];
    for (let at = 0; at < wrong.length; at += BATCH_DOCUMENTS) {
      await table.removeDocuments(wrong.slice(at, at + BATCH_DOCUMENTS));
    }
    if (wrong.length > 0) await catalogue.setTableVersion(record.id, await table.makeDurable());
    return found;
  });
  const ids = [...broken];
  let restored = 0;
  for (let at = 0; at < ids.length; at += BATCH_DOCUMENTS) {
    restored += await storeAgain(generation, ids.slice(at, at + BATCH_DOCUMENTS));
  }
  return { restored, removed: orphans.size };
}

/** Under a new revision, unless another write has replaced them meanwhile. */
async function storeAgain(generation: Generation, ids: readonly string[]): Promise<number> {
  const { record, catalogue, writer } = generation;
  const documents = [...(await presentDocuments(catalogue, record.id, ids)).values()];
  const spaces = await generation.embeddingSpaces();
  const vectors = await embedPassages(
    documents.map((document) => ({ document, passages: document.passages, known: {} })),
    { spaces, signal: undefined },
  );
  for (const made of vectors) {
    const error = vectorsError(made, spaces);
    if (error) throw error;
  }
  const embedded: EmbeddedDocument[] = documents.map((document, at) => ({
    ...document,
    ifRev: document.rev,
    ...(vectors[at] ?? { vectors: [] }),
  }));
  const { conflicts } = await writer.store(embedded);
  return documents.length - conflicts.length;
}
