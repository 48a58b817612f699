import type { StoredDocument } from "../catalogue/catalogue.ts";
import { presentDocuments } from "../catalogue/read-documents.ts";
import { documentOf } from "../document-views.ts";
import type { GenerationView } from "../generations/generation-view.ts";
import type { ExportedDocument } from "../schemas/export.ts";
import type { Filter } from "../schemas/filter.ts";
import { whereOf } from "../search/where.ts";
import { vectorIdentity } from "../ingestion/vectors-identity.ts";
import { passageId } from "../tables/passage-row.ts";
import { encodeVector } from "./vector-text.ts";

export interface ExportSelection {
  /** All documents when absent. */
  readonly filter?: Filter;
  /** Whether to write the vectors, so that an import need not embed. @default false */
  readonly vectors?: boolean;
  readonly signal?: AbortSignal;
}

const BATCH_DOCUMENTS = 256;

/** All documents in order of id. One that is written meanwhile appears as it was or as it is, or not at all when it is deleted. */
export async function* exportedDocuments(
  view: GenerationView,
  { filter, vectors = false, signal }: ExportSelection,
): AsyncGenerator<ExportedDocument> {
  for await (const ids of idBatches(view, filter)) {
    signal?.throwIfAborted();
    const { catalogue, record } = view;
    const documents = await presentDocuments(catalogue, record.id, ids);
    const hasVectors = vectors && record.dimension > 0;
    const stored = hasVectors ? await view.table.vectorsAt([...documents.values()]) : new Map<string, Float32Array>();
    for (const id of ids) {
      const document = documents.get(id);
      if (document) yield exported(document, hasVectors ? embeddingOf(document, stored, view) : undefined);
    }
  }
}

async function* idBatches(view: GenerationView, filter: Filter | undefined): AsyncGenerator<string[]> {
  const { catalogue, table, record, search } = view;
  const where = await whereOf(search, filter);
  let after: string | undefined;
  for (;;) {
    const page = { after, limit: BATCH_DOCUMENTS };
    const ids =
      where === undefined
        ? (await catalogue.summaries(record.id, page)).map(({ id }) => id)
        : await table.documentIds({ where, ...page });
    if (ids.length > 0) yield ids;
    if (ids.length < BATCH_DOCUMENTS) return;
    after = ids.at(-1);
  }
}

/** Without its object, whose bytes are in no file. */
function exported(document: StoredDocument, embedding: ExportedDocument["embedding"]): ExportedDocument {
  const { rev: _rev, passages: _passages, object: _object, ...shown } = documentOf(document);
  const { source } = document;
  return { ...shown, ...(source !== undefined && { source }), ...(embedding && { embedding }) };
}

/** `undefined` when a vector is missing: the document has just been replaced, and is embedded again by the import. */
function embeddingOf(
  { id, passages }: StoredDocument,
  stored: ReadonlyMap<string, Float32Array>,
  { record, split }: GenerationView,
): ExportedDocument["embedding"] {
  const vectors = passages.flatMap((_, at) => stored.get(passageId(id, at)) ?? []);
  if (vectors.length < passages.length) return undefined;
  const splitter = split.version ?? split.name;
  const model = vectorIdentity(record);
  return { model, splitter, passages: [...passages], vectors: vectors.map(encodeVector) };
}
