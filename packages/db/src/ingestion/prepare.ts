import type { Catalogue, StoredVersion } from "../catalogue/catalogue.ts";
import type { Embedder, Splitter } from "../embedder.ts";
import { DbError } from "../errors.ts";
import { metadataLabels } from "../metadata/labels.ts";
import type { Objects } from "../objects/objects.ts";
import type { Span } from "../schemas/document.ts";
import type { EmbeddedDocument } from "../tables/passage-rows.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import { DEFAULT_VECTORS } from "../vectors/vector-space.ts";
import type { HasVectors } from "../vectors/vector-space.ts";
import { contentHash, textHash } from "./content-hash.ts";
import { embedPassages, vectorsError } from "./embed-passages.ts";
import type { EmbeddingSpace, KnownVectors } from "./embed-passages.ts";
import { fieldsError } from "./read-document.ts";
import { storedVectors } from "./stored-vectors.ts";
import { isAtRevision, revisionConflict } from "./revision-fence.ts";
import type { ValidDocument } from "./read-document.ts";
import { madeBy, vectorIdentity, vectorsIdentity } from "./vectors-identity.ts";

export interface PrepareContext {
  readonly collectionId: string;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly objects: Objects;
  /** What splitters may ask: the embedder of the default vectors. */
  readonly embedder: Embedder;
  readonly spaces: readonly EmbeddingSpace[];
  readonly split: Splitter;
  readonly source: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A slice of a call, ready to be stored. */
export interface PreparedSlice {
  readonly documents: readonly EmbeddedDocument[];
  /** How many of them had to be embedded. */
  readonly embedded: number;
  /** Ids whose stored content equals the given one. */
  readonly unchanged: readonly string[];
  /** Of these, ids that now come from another source. */
  readonly moved: readonly string[];
  readonly failed: readonly { readonly index: number; readonly id: string; readonly error: DbError }[];
}

/** What is repeated in every row of a document (labels, tags, title), for all its rows together. */
const MAX_REPEATED_LENGTH = 67_108_864;

/** Compares with what is stored, splits, and embeds what has to be embedded: a change of metadata keeps the vectors. */
export async function prepareSlice(
  documents: readonly ValidDocument[],
  context: PrepareContext,
): Promise<PreparedSlice> {
  const { catalogue, collectionId, source } = context;
  const stored = await catalogue.versions(
    collectionId,
    documents.map(({ id }) => id),
  );
  const all = documents.map((document) => draftOf(document, stored.get(document.id), context));
  // Checked again when they are stored; here it saves the embedding of what will be refused.
  const drafts = all.filter(({ document, previous }) => isAtRevision(document, previous));
  const conflicts = all.flatMap((draft) => (drafts.includes(draft) ? [] : [conflictOf(draft)]));
  const same = drafts.filter(({ hash, previous }) => previous?.contentHash === hash.content);
  const changed = drafts.filter(({ hash, previous }) => previous?.contentHash !== hash.content);
  const kept = await storedVectors(
    changed.flatMap(({ hash, previous }) => (previous?.textHash === hash.text ? [previous] : [])),
    { table: context.table, names: context.spaces.map(({ name }) => name) },
  );
  const split = await Promise.all(changed.map((draft) => splitDraft(draft, kept.get(draft.document.id), context)));
  const good = split.filter((draft) => draft.error === undefined);
  const vectors = await embedPassages(good, context);
  const made = good.map((draft, at) => {
    const own = vectors[at] ?? { vectors: [] };
    return { draft, vectors: own, error: vectorsError(own, context.spaces) };
  });
  return {
    embedded: good.filter(({ known }) => context.spaces.some(({ name }) => !known[name])).length,
    documents: made.flatMap(({ draft, vectors: own, error }) => (error ? [] : [embeddedDocument(draft, own, context)])),
    unchanged: same.map(({ document }) => document.id),
    moved:
      source === undefined
        ? []
        : same.flatMap(({ document, previous }) => (previous?.source === source ? [] : [document.id])),
    failed: [
      ...conflicts,
      ...split.flatMap(({ document: { index, id }, error }) => (error ? [{ index, id, error }] : [])),
      ...made.flatMap(
        ({
          draft: {
            document: { index, id },
          },
          error,
        }) => (error ? [{ index, id, error }] : []),
      ),
    ],
  };
}

interface Draft {
  readonly document: ValidDocument;
  readonly previous: StoredVersion | undefined;
  readonly hash: { readonly text: string; readonly content: string };
}

function conflictOf({ document: { index, id }, previous }: Draft) {
  return { index, id, error: revisionConflict(previous?.rev) };
}

interface SplitDraft extends Draft {
  readonly passages: readonly Span[];
  readonly known: KnownVectors;
  readonly error: DbError | undefined;
}

function draftOf(
  document: ValidDocument,
  previous: StoredVersion | undefined,
  { embedder, spaces, split }: PrepareContext,
): Draft {
  const splitter = split.version ?? split.name;
  const model = vectorsIdentity(embedder.model, madeBy(spaces));
  const text = textHash({ model, splitter, title: document.title, text: document.text });
  const content = contentHash({
    textHash: text,
    tags: document.tags,
    metadata: document.metadata,
    object: document.object?.info,
  });
  return { document, previous, hash: { text, content } };
}

async function splitDraft(
  draft: Draft,
  stored: KnownVectors | undefined,
  { split, spaces, embedder, table }: PrepareContext,
): Promise<SplitDraft> {
  const { document, previous } = draft;
  const { title, text, tags = [], metadata } = document;
  const brought = stored ? undefined : embeddingOf(document, { split, spaces });
  const passages =
    stored && previous ? previous.passages : (brought?.passages ?? (await split(text, { title, embedder })));
  const repeated = [title ?? "", ...tags, ...metadataLabels(metadata, table.shape.fields)].join("").length;
  const error = fieldsError(metadata, table.shape.fields) ?? passagesError(passages, text.length, repeated);
  const known = stored ?? (brought ? { [DEFAULT_VECTORS]: brought.vectors } : {});
  return { ...draft, passages, known, error };
}

/** The vectors that an exported document brings, where they are what this collection would make. */
function embeddingOf(
  { origin }: ValidDocument,
  { split, spaces }: Pick<PrepareContext, "split" | "spaces">,
): NonNullable<ValidDocument["origin"]>["embedding"] {
  const embedding = origin?.embedding;
  const space = spaces.find(({ name }) => name === DEFAULT_VECTORS);
  if (embedding === undefined || space === undefined) return undefined;
  const { embedder, metric } = space;
  const isSame = embedding.model === vectorIdentity({ model: embedder.model, metric });
  if (!isSame || embedding.splitter !== (split.version ?? split.name)) return undefined;
  const fits = (vector: Float32Array) => vector.length === embedder.dimension && vector.every(Number.isFinite);
  return embedding.vectors.every(fits) ? embedding : undefined;
}

function passagesError(passages: readonly Span[], length: number, repeated: number): DbError | undefined {
  if (passages.length === 0) return new DbError("document_invalid", "text: it has no passage to search");
  if (passages.some(({ start, end }) => start < 0 || end > length || start >= end)) {
    return new DbError("document_invalid", "text: the splitter returned a span outside the text");
  }
  if (repeated * passages.length <= MAX_REPEATED_LENGTH) return undefined;
  return new DbError("document_too_large", "metadata: too large for a text of so many passages", {
    details: { passages: passages.length },
  });
}

function embeddedDocument(
  { document, previous, passages, hash }: SplitDraft,
  vectors: HasVectors,
  { source }: PrepareContext,
): EmbeddedDocument {
  const { id, text, title, tags, metadata, object, ifRev, origin } = document;
  const now = new Date();
  return {
    id,
    ifRev,
    text,
    title,
    tags,
    metadata,
    object: object?.info,
    source: source ?? origin?.source ?? previous?.source,
    passages,
    ...vectors,
    contentHash: hash.content,
    textHash: hash.text,
    createdAt: origin?.createdAt ?? previous?.createdAt ?? now,
    updatedAt: origin?.updatedAt ?? now,
  };
}
