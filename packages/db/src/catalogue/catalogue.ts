import type { FieldType } from "../schemas/collection.ts";
import type { Metadata, Span } from "../schemas/document.ts";
import type { ObjectInfo } from "../schemas/object.ts";
import type { TextSettings } from "../schemas/text-settings.ts";
import type { Metric } from "../schemas/metric.ts";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import type { ModelPrecision } from "../schemas/vectors.ts";

/**
 * The source of truth for what is meant to be stored. A write is `staged` here, applied to the table, made durable, and then
 * `settled`; what a crash leaves staged is settled or undone at the next open by looking at the table. Today SQLite; every
 * method is async so that a server database fits behind the same names (`catalogue.contract.ts` is its test).
 */
export interface Catalogue extends AsyncDisposable {
  listCollections(): Promise<CollectionRecord[]>;
  findCollection(name: string): Promise<CollectionRecord | undefined>;
  /** By its id, which neither renaming nor another collection of its name changes. */
  collectionOf(collectionId: string): Promise<CollectionRecord | undefined>;
  /** The one that is built to replace this collection. */
  findReplacement(collectionId: string): Promise<CollectionRecord | undefined>;
  /** False when the name is taken, by a collection or an alias. */
  addCollection(collection: NewCollection): Promise<boolean>;
  setCollectionState(collectionId: string, state: CollectionRecord["state"], tableVersion?: number): Promise<void>;
  setTableVersion(collectionId: string, tableVersion: number): Promise<void>;
  /** Declares these fields in place of those of before: the table has them at this version. */
  setFields(collectionId: string, fields: CollectionRecord["fields"], tableVersion: number): Promise<void>;
  setVectorIndexes(collectionId: string, changed: VectorIndexes): Promise<void>;
  /** False when the name is taken, by a collection or an alias. */
  renameCollection(collectionId: string, name: string): Promise<boolean>;
  /**
   * Puts a collection in the place of the one that it `replaces`: it takes over name, aliases and sources and is `ready`, the
   * other one is `dropping`. Returns its version, which is higher than the other one's.
   */
  replaceCollection(replacementId: string): Promise<number>;
  /** Forgets what was answered to calls with keys, and which sources were read: the collection's documents will be others. */
  forgetCalls(collectionId: string): Promise<void>;
  /** Removes the collection and everything that belongs to it. */
  removeCollection(collectionId: string): Promise<Released>;

  /** In order of alias. */
  listAliases(): Promise<AliasRecord[]>;
  /** Makes the alias or points it elsewhere; false when a collection has the name. */
  setAlias(alias: string, collectionId: string): Promise<boolean>;
  /** False when there is no such alias. */
  removeAlias(alias: string): Promise<boolean>;

  /** Records the intent to store these documents as one new revision, which it returns. */
  stage(collectionId: string, documents: readonly StagedDocument[]): Promise<number>;
  /** The revision is in the table and on disk: it becomes the present one of its documents. */
  settle(collectionId: string, rev: number, facts: SettledFacts): Promise<Released>;
  /** The revision is not in the table: forget it. */
  undo(collectionId: string, rev: number): Promise<Released>;
  /** Records the intent to delete; returns the ids that exist and the revision. */
  stageDelete(collectionId: string, ids: readonly string[]): Promise<{ ids: string[]; rev: number }>;
  /** What is staged for deletion is out of the table, and that is on disk. */
  settleDelete(collectionId: string, rev: number, facts: SettledFacts): Promise<Released>;
  /** What a crash or a failed write left between staged and settled. */
  unsettled(collectionId: string): Promise<Unsettled>;

  /** Puts documents into a collection that is being made, with the revisions that its table has. */
  restoreDocuments(collectionId: string, documents: readonly StoredDocument[]): Promise<void>;
  /** The collection that is being made is at this version; revisions go on from there. */
  restoreState(collectionId: string, facts: RestoredFacts): Promise<void>;

  /** Acknowledged versions of the documents that exist. */
  versions(collectionId: string, ids: readonly string[]): Promise<Map<string, StoredVersion>>;
  document(collectionId: string, id: string): Promise<StoredDocument | undefined>;
  /** The exact versions that table rows refer to, whatever their state; absent ones were replaced or deleted. */
  documentsAt(collectionId: string, versions: readonly DocumentVersion[]): Promise<StoredDocument[]>;
  /** By id, after `after`, only `ids` when given. */
  summaries(collectionId: string, page: SummaryPage): Promise<StoredSummary[]>;
  countDocuments(collectionId: string): Promise<number>;
  /** Lengths of the texts; `undefined` without documents. */
  textLengths(collectionId: string): Promise<TextLengths | undefined>;
  idsBySource(collectionId: string, source: string): Promise<string[]>;
  /** Documents whose text contains the string, and how many there are in all. */
  idsContaining(collectionId: string, text: string): Promise<string[]>;
  setSource(collectionId: string, ids: readonly string[], source: string): Promise<void>;
  /** Every acknowledged document, without its content. */
  manifest(collectionId: string): AsyncIterable<ManifestEntry>;

  /** The objects of the acknowledged documents, each once, in order of hash. */
  objects(collectionId: string): Promise<ObjectFacts[]>;
  /** Of these hashes of objects, those that no version of any document has, whatever its state. */
  unusedObjects(hashes: readonly string[]): Promise<string[]>;

  /** The answer of a call with this key, if it was recorded after `since`. */
  findAnswer(collectionId: string, key: string, since: Date): Promise<RecordedAnswer | undefined>;
  /** Records an answer in place of an older one, and forgets those of before `since`. */
  recordAnswer(collectionId: string, key: string, answer: RecordedAnswer, since: Date): Promise<void>;

  /** False when that would be more bytes of waiting writes than `maxBytes`. */
  acceptWrite(write: NewAcceptedWrite, maxBytes: number): Promise<boolean>;
  /** In order of acceptance, without their documents. */
  listAcceptedWrites(): Promise<AcceptedWriteRecord[]>;
  findAcceptedWrite(id: string): Promise<AcceptedWriteRecord | undefined>;
  /** JSON of the documents of one that waits. */
  acceptedDocuments(id: string): Promise<string | undefined>;
  /** Ends one that waits and forgets its documents, and of the ended ones all but the newest `kept`; false when it does not wait. */
  endAcceptedWrite(id: string, end: AcceptedWriteEnd, kept: number): Promise<boolean>;

  seenFields(collectionId: string): Promise<string[]>;
  getSource(collectionId: string, source: string): Promise<SourceRecord | undefined>;
  setSourceRecord(collectionId: string, record: SourceRecord): Promise<void>;
  listSources(collectionId: string, prefix: string): Promise<SourceRecord[]>;
  removeSource(collectionId: string, source: string): Promise<void>;
}

/**
 * Hashes of the objects that versions had which are gone now, each once, in order. Other documents may have the same objects
 * still: `unusedObjects` tells.
 */
export type Released = readonly string[];

/** What decides an object; documents may give the same one several media types. */
export type ObjectFacts = Omit<ObjectInfo, "media_type">;

/** A further name of a collection. */
export interface AliasRecord {
  readonly alias: string;
  /** The collection's name. */
  readonly collection: string;
}

export interface ManifestEntry extends DocumentVersion {
  /** How many passages it has. */
  readonly passages: number;
  /** See `StagedDocument`. */
  readonly originRev: number | undefined;
}

/** What is known of approximate indexes, by the name of the vectors. */
export type VectorIndexes = Readonly<Record<string, VectorIndexFacts>>;

/** What makes vectors of one kind. */
export interface VectorsRecord {
  readonly modelName: string | undefined;
  readonly model: string;
  readonly precision: ModelPrecision;
  readonly dimension: number;
  readonly metric: Metric;
}

export interface NewCollection extends VectorsRecord {
  readonly id: string;
  readonly name: string;
  /** Further vectors, by name. */
  readonly vectors: Readonly<Record<string, VectorsRecord>>;
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly textSettings?: TextSettings | undefined;
  readonly table: string;
  /** The collection that this one is built to replace. */
  readonly replaces?: string | undefined;
}

export interface CollectionRecord extends NewCollection {
  readonly state: "creating" | "building" | "ready" | "dropping";
  readonly tableVersion: number;
  readonly vectorIndexes: VectorIndexes;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface DocumentVersion {
  readonly id: string;
  readonly rev: number;
}

/** Enough of a stored document to decide what a new version of it costs. */
export interface StoredVersion extends DocumentVersion {
  readonly contentHash: string;
  readonly textHash: string;
  readonly createdAt: Date;
  readonly source: string | undefined;
  readonly passages: readonly Span[];
}

export interface StagedDocument {
  readonly id: string;
  readonly text: string;
  readonly title: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly metadata: Metadata;
  readonly source: string | undefined;
  readonly object?: ObjectInfo | undefined;
  /** The revision of the document in the collection that is to be replaced. */
  readonly originRev?: number | undefined;
  readonly passages: readonly Span[];
  readonly contentHash: string;
  readonly textHash: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface StoredDocument extends StagedDocument, DocumentVersion {}

export interface StoredSummary extends DocumentVersion {
  readonly title: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly metadata: Metadata;
  readonly object: ObjectInfo | undefined;
  readonly length: number;
  readonly snippet: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** In UTF-16 units. */
export interface TextLengths {
  readonly total: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface SummaryPage {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

export interface SettledFacts {
  readonly tableVersion: number;
  /** Metadata paths that the revision's documents use. */
  readonly fields?: readonly string[];
}

/** What a restored collection is. */
export interface RestoredFacts extends SettledFacts {
  readonly version: number;
  readonly vectorIndexes: VectorIndexes;
}

export interface Unsettled {
  readonly upserts: readonly { readonly rev: number; readonly ids: readonly string[] }[];
  readonly deletes: readonly string[];
}

/** What a call with an idempotency key was answered; both are strings of the caller's making. */
export interface RecordedAnswer {
  readonly hash: string;
  readonly response: string;
}

export interface NewAcceptedWrite {
  readonly id: string;
  readonly collectionId: string;
  readonly source: string | undefined;
  /** How many. */
  readonly documents: number;
  /** JSON of the documents. */
  readonly payload: string;
}

export interface AcceptedWriteEnd {
  readonly state: "done" | "failed" | "cancelled";
  /** JSON. */
  readonly outcome: string | undefined;
}

export interface AcceptedWriteRecord extends Omit<NewAcceptedWrite, "payload"> {
  readonly state: "waiting" | AcceptedWriteEnd["state"];
  readonly outcome: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface SourceRecord {
  readonly source: string;
  readonly hash: string;
  readonly documents: number;
  readonly updatedAt: Date;
}
