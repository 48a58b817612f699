import { DbError } from "../errors.ts";
import { claimedId, readDocument } from "../ingestion/read-document.ts";
import type { DocumentOrigin, ValidDocument } from "../ingestion/read-document.ts";
import { storeDocuments } from "../ingestion/store-documents.ts";
import type { StoreTarget } from "../ingestion/store-documents.ts";
import { lastById } from "../ingestion/upsert.ts";
import type { FieldType } from "../schemas/collection.ts";
import { ImportedExtras } from "../schemas/export.ts";
import type { ExportedEmbedding, ImportFailure, ImportResult } from "../schemas/export.ts";
import type { ImportedRecord } from "./json-lines.ts";
import { decodeVector } from "./vector-text.ts";

export interface ImportParts {
  readonly present: () => Promise<StoreTarget>;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** The collection's version, for an import that wrote nothing. */
  readonly version: () => Promise<number>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((documents: number) => void) | undefined;
}

const BATCH_DOCUMENTS = 256;
/** Characters of a batch: the largest documents are stored a few at a time. */
const BATCH_LENGTH = 16_777_216;
/** Failures that the result names. */
const MAX_FAILURES = 100;

/**
 * Stores records as upserts, with the times and sources that they bring, and with their vectors where the collection's model made
 * them. Repeating an import that was interrupted changes nothing of what is there and goes on.
 */
export async function importDocuments(
  records: AsyncIterable<ImportedRecord>,
  parts: ImportParts,
): Promise<ImportResult> {
  const result = {
    documents: 0,
    upserted: 0,
    unchanged: 0,
    embedded: 0,
    failed: [] as ImportFailure[],
    failed_total: 0,
  };
  let version: number | undefined;
  const fail = (failure: ImportFailure) => {
    result.failed_total++;
    if (result.failed.length < MAX_FAILURES) result.failed.push(failure);
  };
  let [batch, length]: [ValidDocument[], number] = [[], 0];
  const flush = async () => {
    const unique = lastById(batch);
    [batch, length] = [[], 0];
    const tally = await storeDocuments(unique, parts.present, undefined);
    for (const { index, ...failure } of tally.failed) fail({ line: index, ...failure });
    result.upserted += tally.documents;
    result.unchanged += tally.unchanged;
    result.embedded += tally.embedded;
    version = tally.version ?? version;
    parts.onProgress?.(result.documents);
  };
  for await (const record of records) {
    parts.signal?.throwIfAborted();
    result.documents++;
    try {
      const document = readRecord(record, parts.fields);
      batch.push(document);
      length += document.text.length;
    } catch (error) {
      fail(failureOf(error, record));
    }
    if (batch.length === BATCH_DOCUMENTS || length >= BATCH_LENGTH) await flush();
  }
  await flush();
  return { ...result, version: version ?? (await parts.version()) };
}

/** Here the index of a document is its line. */
function readRecord(record: ImportedRecord, fields: Readonly<Record<string, FieldType>>): ValidDocument {
  if ("problem" in record) throw new DbError("document_invalid", record.problem);
  const { value, line } = record;
  const document = readDocument(withoutObject(value), line, { fields });
  const extras = ImportedExtras.safeParse(value);
  if (!extras.success) {
    const issue = extras.error.issues[0];
    throw new DbError("document_invalid", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  }
  const { source, created_at: createdAt, updated_at: updatedAt, embedding } = extras.data;
  const origin: DocumentOrigin = {
    source: source ?? undefined,
    createdAt: createdAt ? new Date(createdAt) : undefined,
    updatedAt: updatedAt ? new Date(updatedAt) : undefined,
    embedding: embedding ? decodeEmbedding(embedding) : undefined,
  };
  return { ...document, origin };
}

/** Files of other programs may use the name for something else; no file holds the bytes. */
function withoutObject(value: unknown): unknown {
  return typeof value === "object" && value !== null ? { ...value, object: undefined } : value;
}

/** Whether it fits is asked where the model is known. */
function decodeEmbedding({ model, splitter, passages, vectors }: ExportedEmbedding): DocumentOrigin["embedding"] {
  if (vectors.length !== passages.length) {
    throw new DbError("document_invalid", "embedding: not as many vectors as passages");
  }
  return { model, splitter, passages, vectors: vectors.map(readVector) };
}

function readVector(base64: string): Float32Array {
  const vector = decodeVector(base64);
  if (vector === undefined) throw new DbError("document_invalid", "embedding.vectors: not whole float32 numbers");
  return vector;
}

function failureOf(error: unknown, record: ImportedRecord): ImportFailure {
  if (!(error instanceof DbError)) throw error;
  const id = "value" in record ? claimedId(record.value) : undefined;
  return { line: record.line, ...(id !== undefined && { id }), code: error.code, message: error.message };
}
