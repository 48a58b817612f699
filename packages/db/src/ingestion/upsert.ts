import { DbError } from "../errors.ts";
import type { UpsertFailure, UpsertResult } from "../schemas/document.ts";
import { claimedId, readDocument } from "./read-document.ts";
import type { ReadContext, ValidDocument } from "./read-document.ts";
import { storeDocuments } from "./store-documents.ts";
import type { StoreProgress, StoreTarget } from "./store-documents.ts";

export interface UpsertOptions {
  readonly signal?: AbortSignal;
  /** Where the documents come from; `delete({ source })` finds them by it. */
  readonly source?: string;
  /** Called whenever a part of the call has become durable. */
  readonly onProgress?: (progress: StoreProgress) => void;
}

export interface UpsertParts extends UpsertOptions, Pick<ReadContext, "newId"> {
  /** The generation that is to be written now. */
  readonly present: () => Promise<StoreTarget>;
  /** The collection's version, for a call that wrote nothing. */
  readonly version: () => Promise<number>;
}

/** Reads, deduplicates and stores; a document that cannot be stored is reported and does not stop the others. */
export async function upsert(
  inputs: readonly unknown[],
  { present, version, onProgress, newId }: UpsertParts,
): Promise<UpsertResult> {
  const { fields } = (await present()).context.table.shape;
  const { valid, failed } = readAll(inputs, { fields, ...(newId && { newId }) });
  const unique = lastById(valid);
  const tally = await storeDocuments(unique, present, onProgress);
  failed.push(...tally.failed);
  const lost = new Set(failed.map(({ index }) => index));
  const ids = unique.flatMap(({ id, index }) => (lost.has(index) ? [] : [id]));
  return {
    upserted: ids.length,
    unchanged: tally.unchanged,
    duplicates: valid.length - unique.length,
    failed: failed.sort((left, right) => left.index - right.index),
    ids,
    version: tally.version ?? (await version()),
  };
}

function readAll(inputs: readonly unknown[], context: ReadContext) {
  const valid: ValidDocument[] = [];
  const failed: UpsertFailure[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      valid.push(readDocument(input, index, context));
    } catch (error) {
      failed.push(failureOf(error, index, claimedId(input)));
    }
  }
  return { valid, failed };
}

export function failureOf(error: unknown, index: number, id: string | undefined): UpsertFailure {
  const known = error instanceof DbError ? error : new DbError("document_invalid", "it could not be read");
  return { index, ...(id !== undefined && { id }), code: known.code, message: known.message };
}

/** In input order, each id once, at the place and with the content of its last occurrence. */
export function lastById(documents: readonly ValidDocument[]): ValidDocument[] {
  const last = new Map(documents.map((document) => [document.id, document.index]));
  return documents.filter(({ id, index }) => last.get(id) === index);
}
