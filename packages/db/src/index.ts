export { Database } from "./database.ts";
export type { DatabaseOptions } from "./database.ts";
export type { Collection, DeleteSelector, ListOptions, SignalOptions } from "./collection.ts";
export type { Embedder, EmbedOptions, LoadEmbedder, Splitter } from "./embedder.ts";
export { DbError } from "./errors.ts";
export type { DbErrorCode } from "./errors.ts";
export type { UpsertOptions, UpsertProgress } from "./ingestion/upsert.ts";
export type { CollectionSources, SourceFacts } from "./sources.ts";
export type { CollectionReport, VerifyReport } from "./verify.ts";
