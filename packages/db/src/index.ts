export { Database } from "./database.ts";
export type { DatabaseOptions } from "./database.ts";
export { DatabaseReader } from "./database-reader.ts";
export type { ExportSelection } from "./archive/exported-documents.ts";
export type { ImportSource } from "./archive/formats.ts";
export type { Collection, ImportOptions, PatchSelector } from "./collection.ts";
export type { CollectionReader, WaitOptions } from "./collection-reader.ts";
export type {
  CollectionReads,
  ExplainedHit,
  ExplainTokensRequest,
  ListOptions,
  SignalOptions,
} from "./collection-reads.ts";
export type { DeleteSelector } from "./ingestion/delete-selector.ts";
export type { Embedder, EmbedderSettings, EmbedOptions, LoadEmbedder, Splitter } from "./embedder.ts";
export { Embeddings } from "./embeddings/embeddings.ts";
export type {
  EmbeddingsCategory,
  EmbeddingsExplanation,
  EmbeddingsHit,
  EmbeddingsResult,
} from "./embeddings/embeddings-results.ts";
export type { EmbeddingsOptions, IndexOptions, ScoringOptions } from "./embeddings/embeddings-options.ts";
export type { EmbeddingsData, EmbeddingsDocument, EmbeddingsId } from "./embeddings/embeddings-document.ts";
export type { EmbeddingsQuery, EmbeddingsSearch } from "./embeddings/search.ts";
export { loadSentenceTransformer } from "./embedders/sentence-transformer.ts";
export { SharedEmbedders } from "./embedders/shared-embedders.ts";
export type { ReindexOptions, ReindexProgress } from "./generations/reindex.ts";
export { DbError } from "./errors.ts";
export type { DbErrorCode } from "./errors.ts";
export type { AcceptedWrite, AcceptedWrites, FollowOptions } from "./ingestion/accepted-writes.ts";
export type { IdempotencyOptions } from "./ingestion/idempotency.ts";
export type { PatchOptions, SetObjectOptions } from "./ingestion/patch.ts";
export type { StoreProgress } from "./ingestion/store-documents.ts";
export type { UpsertOptions } from "./ingestion/upsert.ts";
export type { OpenedObject } from "./objects/open-object.ts";
export type { ObjectInput, StoredObject } from "./objects/read-object.ts";
export { loadCrossEncoder } from "./rerankers/cross-encoder.ts";
export type { LoadedReranker, LoadReranker } from "./rerankers/cross-encoder.ts";
export type { RepairReport } from "./repair.ts";
export type { RestoreOptions, Snapshots } from "./snapshots/snapshots.ts";
export { parseSynonyms } from "./search/expansion/synonyms.ts";
export type { Synonyms } from "./search/expansion/synonyms.ts";
export type { Reranker } from "./search/rerank.ts";
export type { SearchOptions } from "./search/search-sources.ts";
export type { CollectionSources, SourceFacts } from "./sources.ts";
export type { CollectionReport, VerifyReport } from "./verify.ts";
