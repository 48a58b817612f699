import { writeToPresent } from "../generations/superseded.ts";
import type { ObjectContent } from "../objects/objects.ts";
import type { UpsertFailure } from "../schemas/document.ts";
import { prepareSlice } from "./prepare.ts";
import type { PrepareContext, PreparedSlice } from "./prepare.ts";
import type { ValidDocument } from "./read-document.ts";
import type { RevisionConflict } from "./revision-fence.ts";
import type { CollectionWriter, Stored } from "./writer.ts";

export interface StoreProgress {
  /** Documents of this call that are stored or found unchanged. */
  readonly documents: number;
  /** Passages stored. */
  readonly passages: number;
}

/** Documents stored in one commit: a few seconds of encoding, some tens of milliseconds of storing. */
const SLICE_DOCUMENTS = 128;
/** Characters of one slice, metadata included; bounds the memory of a call whatever its size. */
const SLICE_LENGTH = 1_048_576;

/** Where documents are stored. */
export interface StoreTarget {
  readonly context: PrepareContext;
  readonly writer: CollectionWriter;
}

/** What became of the documents of a call. */
export interface Tally extends StoreProgress {
  readonly failed: UpsertFailure[];
  readonly unchanged: number;
  /** Documents that were embedded. */
  readonly embedded: number;
  /** The last revision written. */
  readonly version: number | undefined;
}

/**
 * Stores documents in slices; while one slice is stored the next is encoded. A slice whose generation is replaced meanwhile is
 * prepared and stored anew in the next.
 *
 * @param documents each id once.
 * @param present the generation that is to be written now.
 */
export async function storeDocuments(
  documents: readonly ValidDocument[],
  present: () => Promise<StoreTarget>,
  onProgress: ((progress: StoreProgress) => void) | undefined,
): Promise<Tally> {
  const tally = { failed: [], unchanged: 0, embedded: 0, documents: 0, passages: 0, version: undefined };
  const storeAndCount = async (first: PreparedFor, slice: readonly ValidDocument[]) => {
    let ready: PreparedFor | undefined = first;
    const [prepared, stored] = await writeToPresent(
      async () => ready ?? prepareFor(slice, await present()),
      async (target) => {
        const { prepared, context, writer } = await target;
        ready = undefined;
        // On disk before the catalogue is told of them.
        await using _held = await context.objects.hold(slice.flatMap(contentOf));
        return [prepared, await storeSlice(prepared, context, writer)] as const;
      },
    );
    count(tally, { prepared, stored, slice });
    onProgress?.({ documents: tally.documents, passages: tally.passages });
  };
  let storing = Promise.resolve();
  try {
    for (const slice of slices(documents)) {
      const prepared = await prepareFor(slice, await present());
      await storing;
      storing = storeAndCount(prepared, slice);
      // Awaited before the next slice is stored and below; this only keeps an early failure from counting as unhandled.
      storing.catch(() => undefined);
    }
  } finally {
    await storing;
  }
  return tally;
}

interface PreparedFor extends StoreTarget {
  readonly prepared: PreparedSlice;
}

async function prepareFor(slice: readonly ValidDocument[], target: StoreTarget): Promise<PreparedFor> {
  return { ...target, prepared: await prepareSlice(slice, target.context) };
}

async function storeSlice(
  { documents, moved }: PreparedSlice,
  { source }: PrepareContext,
  writer: CollectionWriter,
): Promise<Stored> {
  if (source !== undefined && moved.length > 0) await writer.setSource(moved, source);
  return documents.length > 0 ? writer.store(documents) : { rev: undefined, conflicts: [] };
}

interface Counted {
  readonly prepared: PreparedSlice;
  readonly stored: Stored;
  readonly slice: readonly ValidDocument[];
}

function count(
  tally: { -readonly [Key in keyof Tally]: Tally[Key] },
  { prepared: { documents, unchanged, failed, embedded }, stored: { rev, conflicts }, slice }: Counted,
): void {
  const refused = new Set(conflicts.map(({ id }) => id));
  const stored = documents.filter(({ id }) => !refused.has(id));
  tally.unchanged += unchanged.length;
  tally.embedded += embedded;
  tally.documents += unchanged.length + stored.length;
  tally.passages += stored.reduce((sum, { passages }) => sum + passages.length, 0);
  tally.failed.push(...failed.map(failureOf), ...withIndex(conflicts, slice).map(failureOf));
  tally.version = rev ?? tally.version;
}

function contentOf({ object }: ValidDocument): ObjectContent[] {
  return object?.bytes ? [{ sha256: object.info.sha256, bytes: object.bytes }] : [];
}

function withIndex(conflicts: readonly RevisionConflict[], slice: readonly ValidDocument[]) {
  const indexes = new Map(slice.map(({ id, index }) => [id, index]));
  return conflicts.map((conflict) => ({ ...conflict, index: indexes.get(conflict.id) ?? 0 }));
}

function failureOf({ index, id, error }: PreparedSlice["failed"][number]): UpsertFailure {
  return { index, id, code: error.code, message: error.message };
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
