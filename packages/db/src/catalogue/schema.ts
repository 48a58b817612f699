import type { FieldType } from "../schemas/collection.ts";
import type { Metadata, Span } from "../schemas/document.ts";
import type { TextSettings } from "../schemas/text-settings.ts";
import type { Metric } from "../schemas/metric.ts";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import type { ModelPrecision } from "../schemas/vectors.ts";
import type { VectorsRecord } from "./catalogue.ts";
import { index, integer, isNotNull, primaryKey, sqliteTable, text } from "./drizzle.ts";

/**
 * One row a generation of a collection: its documents under one model and one declaration of fields, in one LanceDB table. The
 * row that is `ready` has the collection's name; one that is `building` will take its place (`replaces`), name included.
 */
export const collections = sqliteTable("collections", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  state: text({ enum: ["creating", "building", "ready", "dropping"] }).notNull(),
  /** The generation that this one is made of, while it is built. */
  replaces: text(),
  /** The model as the user named it; null is the embedded default. */
  modelName: text("model_name"),
  /** `Embedder.model`: what the vectors were made with. */
  model: text().notNull(),
  /** What the model's encoder computes in. Folders of before there was a choice are all fp32. */
  precision: text().$type<ModelPrecision>().notNull().default("fp32"),
  /** 0 for a collection without vectors. */
  dimension: integer().notNull(),
  /** How they are compared. Folders of before there was a choice have cosines. */
  metric: text().$type<Metric>().notNull().default("cosine"),
  /** Further vectors, by name. */
  vectors: text({ mode: "json" }).$type<Record<string, VectorsRecord>>(),
  fields: text({ mode: "json" }).$type<Record<string, FieldType>>().notNull(),
  /** How its texts are indexed, where that is not the default. */
  textSettings: text("text_settings", { mode: "json" }).$type<TextSettings>(),
  table: text("table_name").notNull(),
  /** Last table version known to be on disk: everything newer is unacknowledged. */
  tableVersion: integer("table_version").notNull(),
  /** What is known of the approximate index of the table's own vectors, where they have one. */
  vectorIndex: text("vector_index", { mode: "json" }).$type<VectorIndexFacts>(),
  /** The same of the further vectors, by name. */
  vectorIndexes: text("vector_indexes", { mode: "json" }).$type<Record<string, VectorIndexFacts>>(),
  /** Last revision handed out; never handed out twice. */
  sequence: integer().notNull(),
  /** Last revision applied: the version that a caller sees. */
  version: integer().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/**
 * Every version of a document that a table row may refer to. `pending`: intended, not yet known to be in the table;
 * `current`: acknowledged; `deleting`: its removal is intended. The text stands last, so that reads of the small columns
 * do not walk its overflow pages.
 */
export const documents = sqliteTable(
  "documents",
  {
    collectionId: text("collection_id").notNull(),
    id: text().notNull(),
    rev: integer().notNull(),
    state: text({ enum: ["pending", "current", "deleting"] }).notNull(),
    /** Hash of everything that the table row is made of. */
    contentHash: text("content_hash").notNull(),
    /** Hash of what the vectors are made of. */
    textHash: text("text_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** In a generation that is built: the revision of the document that this one is made of. */
    originRev: integer("origin_rev"),
    /** SHA-256 of the object; null when the document has none. */
    objectHash: text("object_hash"),
    objectType: text("object_type"),
    objectBytes: integer("object_bytes"),
    length: integer().notNull(),
    title: text(),
    source: text(),
    tags: text({ mode: "json" }).$type<string[]>(),
    metadata: text({ mode: "json" }).$type<Metadata>().notNull(),
    passages: text({ mode: "json" }).$type<Span[]>().notNull(),
    text: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.collectionId, table.id, table.rev] }),
    index("documents_by_state").on(table.collectionId, table.state, table.id),
    index("documents_by_source").on(table.collectionId, table.source, table.id),
    index("documents_by_object").on(table.objectHash).where(isNotNull(table.objectHash)),
  ],
);

/** Further names of collections. */
export const aliases = sqliteTable("aliases", {
  alias: text().primaryKey(),
  collectionId: text("collection_id").notNull(),
});

/** Metadata paths that documents have used, for filters and their suggestions. */
export const seenFields = sqliteTable(
  "seen_fields",
  { collectionId: text("collection_id").notNull(), name: text().notNull() },
  (table) => [primaryKey({ columns: [table.collectionId, table.name] })],
);

/** What ingestion remembers of a file or another origin of documents. */
export const sources = sqliteTable(
  "sources",
  {
    collectionId: text("collection_id").notNull(),
    source: text().notNull(),
    hash: text().notNull(),
    documents: integer().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.collectionId, table.source] })],
);

/** Answers of calls that had an idempotency key: the same call gets the same answer. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    collectionId: text("collection_id").notNull(),
    key: text().notNull(),
    /** Of the call. */
    hash: text().notNull(),
    /** JSON. */
    response: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.collectionId, table.key] }),
    index("idempotency_keys_by_age").on(table.createdAt),
  ],
);

/** Writes that were accepted before they were done; an interrupted one is done after the next start. */
export const acceptedWrites = sqliteTable(
  "accepted_writes",
  {
    /** In order of acceptance. */
    position: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    collectionId: text("collection_id").notNull(),
    state: text({ enum: ["waiting", "done", "failed", "cancelled"] }).notNull(),
    documents: integer().notNull(),
    bytes: integer().notNull(),
    source: text(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** JSON: the result, or why it failed. */
    outcome: text(),
    /** JSON of the documents; null when it is done. */
    payload: text(),
  },
  (table) => [index("accepted_writes_by_state").on(table.state, table.position)],
);
