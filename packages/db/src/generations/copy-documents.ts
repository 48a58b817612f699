import type { StoredDocument } from "../catalogue/catalogue.ts";
import type { Embedder } from "../embedder.ts";
import { DbError } from "../errors.ts";
import { contentHash, textHash } from "../ingestion/content-hash.ts";
import { embedPassages, vectorsError } from "../ingestion/embed-passages.ts";
import type { EmbeddingSpace } from "../ingestion/embed-passages.ts";
import { storedVectors } from "../ingestion/stored-vectors.ts";
import { madeBy, madeVectors, vectorIdentity, vectorsIdentity } from "../ingestion/vectors-identity.ts";
import { fieldsError } from "../ingestion/read-document.ts";
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
export async function copyChanges(old: Generation, next: Generation, asked: CopyOptions): Promise<number> {
  const { catalogue } = old;
  const copied = new Map<string, number | undefined>();
  for await (const { id, originRev } of catalogue.manifest(next.record.id)) copied.set(id, originRev);
  const options = await copying(old, next, asked);
  let changes = 0;
  let batch: { id: string; rev: number }[] = [];
  const flush = async (): Promise<void> => {
    await copyBatch(batch, options);
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
  /** What cuts and embeds in `next`. */
  readonly embedder: Embedder;
  readonly spaces: readonly EmbeddingSpace[];
  /** Whether passages are cut as in `old`. */
  readonly keepsPassages: boolean;
  /** Names of the vectors that are made as in `old`. */
  readonly kept: readonly string[];
}

async function copying(old: Generation, next: Generation, options: CopyOptions): Promise<BatchOptions> {
  const [embedder, spaces] = [await next.embedder(), await next.embeddingSpaces()];
  const before = new Map(madeVectors(old.record).map((made) => [made.name, vectorIdentity(made)]));
  const same = madeBy(spaces).filter((made) => before.get(made.name) === vectorIdentity(made));
  const kept = same.map(({ name }) => name);
  return { ...options, old, next, embedder, spaces, keepsPassages: old.record.model === embedder.model, kept };
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
  { old, next, embedder, spaces, keepsPassages, kept, signal }: BatchOptions,
): Promise<EmbeddedDocument[]> {
  const splitter = next.split.version ?? next.split.name;
  const hashOf = ({ title, text }: StoredDocument, model: string) => textHash({ model, splitter, title, text });
  const oldModel = vectorsIdentity(old.record.model, madeVectors(old.record));
  // Cut by this splitter, of this text: a stored hash of before the splitter changed is another.
  const same = documents.filter((document) => keepsPassages && document.textHash === hashOf(document, oldModel));
  const stored = await storedVectors(same, { table: old.table, names: kept });
  const drafts = await Promise.all(
    documents.map(async (document) => {
      const known = stored.get(document.id);
      const { title, text } = document;
      const passages = known ? document.passages : await next.split(text, { title, embedder });
      return { document, passages, known: known ?? {} };
    }),
  );
  const embedded = await embedPassages(drafts, { spaces, signal });
  const model = vectorsIdentity(embedder.model, madeBy(spaces));
  return drafts.map(({ document, passages }, at) => {
    const vectors = embedded[at] ?? { vectors: [] };
    const error = vectorsError(vectors, spaces);
    if (error) throw error;
    const hash = hashOf(document, model);
    return {
      ...document,
      originRev: document.rev,
      passages,
      ...vectors,
      textHash: hash,
      contentHash: contentHash({
        textHash: hash,
        tags: document.tags,
        metadata: document.metadata,
        object: document.object,
      }),
    };
  });
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
