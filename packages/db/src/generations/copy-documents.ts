import type { StoredDocument } from "../catalogue/catalogue.ts";
import type { Embedder } from "../embedder.ts";
import { DbError } from "../errors.ts";
import { contentHash, textHash } from "../ingestion/content-hash.ts";
import { embedPassages, vectorsError } from "../ingestion/embed-passages.ts";
import { fieldsError } from "../ingestion/read-document.ts";
import { passageId } from "../tables/passage-row.ts";
import type { EmbeddedDocument } from "../tables/passage-rows.ts";
import type { Generation } from "./generation.ts";

/** Documents embedded and stored in one commit. */
const BATCH_DOCUMENTS = 128;
const BATCH_LENGTH = 1_048_576;
/** Documents that an error names. */
const NAMED_DOCUMENTS = 10;

export interface CopyOptions {
  readonly signal: AbortSignal | undefined;
  /** Called with the documents that have been copied or removed since the last call. */
  readonly onProgress: (documents: number) => void;
}

/**
 * Makes the documents of `next` those of `old` as they are now, and says how many differed. Stored vectors serve again where
 * they were made of the same text by the same model; other passages are cut and embedded anew.
 *
 * @throws {DbError} `field_type_mismatch` when documents do not fit the fields that `next` declares.
 */
export async function copyChanges(old: Generation, next: Generation, options: CopyOptions): Promise<number> {
  const { catalogue } = old;
  const copied = new Map<string, number | undefined>();
  for await (const { id, originRev } of catalogue.manifest(next.record.id)) copied.set(id, originRev);
  const embedder = await next.embedder();
  let changes = 0;
  let batch: { id: string; rev: number }[] = [];
  const flush = async (): Promise<void> => {
    await copyBatch(batch, { old, next, embedder, ...options });
    changes += batch.length;
    batch = [];
  };
  for await (const { id, rev } of catalogue.manifest(old.record.id)) {
    const isCopied = copied.get(id) === rev;
    copied.delete(id);
    if (isCopied) continue;
    batch.push({ id, rev });
    if (batch.length === BATCH_DOCUMENTS) await flush();
  }
  if (batch.length > 0) await flush();
  // What is left has no document of that id any more, or was copied again above.
  const gone = [...copied.keys()];
  if (gone.length > 0) await removeGone(gone, { old, next });
  return changes + gone.length;
}

interface BatchOptions extends CopyOptions {
  readonly old: Generation;
  readonly next: Generation;
  readonly embedder: Embedder;
}

async function copyBatch(versions: readonly { id: string; rev: number }[], options: BatchOptions): Promise<void> {
  const { old, next, onProgress } = options;
  // One that is replaced meanwhile is not found at this revision: the next pass copies the new one.
  const documents = await old.catalogue.documentsAt(old.record.id, versions);
  requireFields(documents, next);
  for (const slice of slices(documents)) {
    options.signal?.throwIfAborted();
    await next.writer.store(await convert(slice, options));
    onProgress(slice.length);
  }
}

/** The documents as `next` stores them. */
async function convert(
  documents: readonly StoredDocument[],
  { old, next, embedder, signal }: BatchOptions,
): Promise<EmbeddedDocument[]> {
  const splitter = next.split.version ?? next.split.name;
  const hashed = documents.map((document) => ({
    document,
    hash: textHash({ model: embedder.model, splitter, title: document.title, text: document.text }),
  }));
  const same = hashed.filter(({ document, hash }) => document.textHash === hash).map(({ document }) => document);
  const stored = await old.table.vectorsAt(same);
  const drafts = await Promise.all(
    hashed.map(async ({ document, hash }) => {
      const { id, text, title } = document;
      const vectors =
        document.textHash === hash ? document.passages.flatMap((_, at) => stored.get(passageId(id, at)) ?? []) : [];
      const isKept = vectors.length === document.passages.length;
      const passages = isKept ? document.passages : await next.split(text, { title, embedder });
      return { document, hash, passages, vectors: isKept ? vectors : undefined };
    }),
  );
  const embedded = await embedPassages(drafts, { embedder, signal });
  const error = vectorsError(embedded.flat(), embedder);
  if (error) throw error;
  return drafts.map(({ document, hash, passages }, at) => ({
    ...document,
    originRev: document.rev,
    passages,
    vectors: embedded[at] ?? [],
    textHash: hash,
    contentHash: contentHash({
      textHash: hash,
      tags: document.tags,
      metadata: document.metadata,
      object: document.object,
    }),
  }));
}

async function removeGone(ids: readonly string[], { old, next }: Pick<BatchOptions, "old" | "next">): Promise<void> {
  const present = await old.catalogue.versions(old.record.id, ids);
  await next.writer.remove(async () => ids.filter((id) => !present.has(id)));
}

function requireFields(documents: readonly StoredDocument[], { record: { fields, name } }: Generation): void {
  const misfits = documents.flatMap(({ id, metadata }) => {
    const error = fieldsError(metadata, fields);
    return error ? [{ id, error }] : [];
  });
  const [first] = misfits;
  if (first === undefined) return;
  throw new DbError(
    "field_type_mismatch",
    `Documents of the collection do not fit its new fields: ${first.error.message}.`,
    {
      hint: "Correct or delete them, or declare the field as another type.",
      details: { collection: name, ...first.error.details, ids: misfits.slice(0, NAMED_DOCUMENTS).map(({ id }) => id) },
    },
  );
}

function* slices(documents: readonly StoredDocument[]): Generator<StoredDocument[]> {
  let [slice, length]: [StoredDocument[], number] = [[], 0];
  for (const document of documents) {
    if (slice.length > 0 && length + document.text.length > BATCH_LENGTH) {
      yield slice;
      [slice, length] = [[], 0];
    }
    slice.push(document);
    length += document.text.length;
  }
  if (slice.length > 0) yield slice;
}
