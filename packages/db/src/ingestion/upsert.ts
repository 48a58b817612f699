import { DbError } from "../errors.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { UpsertFailure, UpsertResult } from "../schemas/document.ts";
import { writeToPresent } from "../generations/superseded.ts";
import { prepareSlice } from "./prepare.ts";
import type { PrepareContext, PreparedSlice } from "./prepare.ts";
import { claimedId, readDocument } from "./read-document.ts";
import type { ValidDocument } from "./read-document.ts";
import type { CollectionWriter } from "./writer.ts";

export interface UpsertOptions {
  readonly signal?: AbortSignal;
  /** Where the documents come from; `delete({ source })` finds them by it. */
  readonly source?: string;
  /** Called whenever a part of the call has become durable. */
  readonly onProgress?: (progress: UpsertProgress) => void;
}

export interface UpsertProgress {
  /** Documents of this call that are stored or found unchanged. */
  readonly documents: number;
  /** Passages stored. */
  readonly passages: number;
}

/** Documents stored in one commit: a few seconds of encoding, some tens of milliseconds of storing. */
const SLICE_DOCUMENTS = 128;
/** Characters of one slice, metadata included; bounds the memory of a call whatever its size. */
const SLICE_LENGTH = 1_048_576;

/** Where a slice is stored. */
export interface UpsertTarget {
  readonly context: PrepareContext;
  readonly writer: CollectionWriter;
}

/**
 * Reads, deduplicates and stores in slices; while one slice is stored the next is encoded. A slice whose generation is replaced
 * meanwhile is prepared and stored anew in the next.
 *
 * @param present the generation that is to be written now.
 */
export async function upsert(
  inputs: readonly unknown[],
  present: () => Promise<UpsertTarget>,
  { version, onProgress }: { version: () => Promise<number> } & UpsertOptions,
): Promise<UpsertResult> {
  const { valid, failed } = readAll(inputs, (await present()).context.table.shape.fields);
  const unique = lastById(valid);
  const tally = { failed, unchanged: 0, documents: 0, passages: 0, version: undefined as number | undefined };
  const storeAndCount = async (first: PreparedFor, slice: readonly ValidDocument[]) => {
    let ready: PreparedFor | undefined = first;
    const [prepared, rev] = await writeToPresent(
      async () => ready ?? prepareFor(slice, await present()),
      async (target) => {
        const { prepared, context, writer } = await target;
        ready = undefined;
        return [prepared, await storeSlice(prepared, context, writer)] as const;
      },
    );
    count(tally, prepared, rev);
    onProgress?.({ documents: tally.documents, passages: tally.passages });
  };
  let storing = Promise.resolve();
  try {
    for (const slice of slices(unique)) {
      const prepared = await prepareFor(slice, await present());
      await storing;
      storing = storeAndCount(prepared, slice);
      // Awaited before the next slice is stored and below; this only keeps an early failure from counting as unhandled.
      storing.catch(() => undefined);
    }
  } finally {
    await storing;
  }
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

interface PreparedFor extends UpsertTarget {
  readonly prepared: PreparedSlice;
}

async function prepareFor(slice: readonly ValidDocument[], target: UpsertTarget): Promise<PreparedFor> {
  return { ...target, prepared: await prepareSlice(slice, target.context) };
}

async function storeSlice(
  { documents, moved }: PreparedSlice,
  { source }: PrepareContext,
  writer: CollectionWriter,
): Promise<number | undefined> {
  if (source !== undefined && moved.length > 0) await writer.setSource(moved, source);
  return documents.length > 0 ? writer.store(documents) : undefined;
}

interface Tally {
  readonly failed: UpsertFailure[];
  unchanged: number;
  documents: number;
  passages: number;
  version: number | undefined;
}

function count(tally: Tally, { documents, unchanged, failed }: PreparedSlice, rev: number | undefined): void {
  tally.unchanged += unchanged.length;
  tally.documents += unchanged.length + documents.length;
  tally.passages += documents.reduce((sum, { passages }) => sum + passages.length, 0);
  tally.failed.push(...failed.map(({ index, id, error: { code, message } }) => ({ index, id, code, message })));
  tally.version = rev ?? tally.version;
}

function readAll(
  inputs: readonly unknown[],
  fields: Readonly<Record<string, FieldType>>,
): { valid: ValidDocument[]; failed: UpsertFailure[] } {
  const valid: ValidDocument[] = [];
  const failed: UpsertFailure[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      valid.push(readDocument(input, index, fields));
    } catch (error) {
      failed.push(failureOf(error, index, claimedId(input)));
    }
  }
  return { valid, failed };
}

function failureOf(error: unknown, index: number, id: string | undefined): UpsertFailure {
  const known = error instanceof DbError ? error : new DbError("document_invalid", "it could not be read");
  return { index, ...(id !== undefined && { id }), code: known.code, message: known.message };
}

/** In input order, each id once, at the place and with the content of its last occurrence. */
function lastById(documents: readonly ValidDocument[]): ValidDocument[] {
  const last = new Map(documents.map((document) => [document.id, document.index]));
  return documents.filter(({ id, index }) => last.get(id) === index);
}

function* slices(documents: readonly ValidDocument[]): Generator<ValidDocument[]> {
  let slice: ValidDocument[] = [];
  let length = 0;
  for (const document of documents) {
    const own = document.text.length + JSON.stringify(document.metadata).length;
    if (slice.length === SLICE_DOCUMENTS || (slice.length > 0 && length + own > SLICE_LENGTH)) {
      yield slice;
      [slice, length] = [[], 0];
    }
    slice.push(document);
    length += own;
  }
  if (slice.length > 0) yield slice;
}
