// Interfaces of the other packages until they are merged.
import type { Embedder, LoadEmbedder, Splitter } from "@galen/db";
import type {
  CollectionConfigInput,
  CollectionInfo,
  DeleteResult,
  Document,
  DocumentPage,
  FieldType,
  Filter,
  SearchRequestInput,
  SearchResponse,
  UpsertResult,
} from "@galen/db/schemas";
import type { Answer, AnswerEvent, AnswerRequestInput } from "@galen/rag/schemas";
import type { IngestProgress, IngestReport } from "./schemas/task.ts";

export interface Collection {
  readonly name: string;
  info(): Promise<CollectionInfo>;
  embedder(): Promise<Embedder>;
  upsert(
    documents: readonly unknown[],
    options?: {
      signal?: AbortSignal;
      source?: string;
      onProgress?: (p: { documents: number; passages: number; tokens?: number }) => void;
    },
  ): Promise<UpsertResult>;
  delete(
    selector: { ids: readonly (string | number)[] } | { filter: Filter },
    options?: { signal?: AbortSignal },
  ): Promise<DeleteResult>;
  get(id: string | number): Promise<Document | undefined>;
  list(options?: { limit?: number; cursor?: string; filter?: Filter }): Promise<DocumentPage>;
  search(request: SearchRequestInput, options?: { signal?: AbortSignal }): Promise<SearchResponse>;
  fields(): Promise<{ declared: Record<string, FieldType>; seen: string[] }>;
}
export interface Database extends AsyncDisposable {
  readonly uri: string;
  createCollection(config: CollectionConfigInput): Promise<Collection>;
  collection(name: string): Promise<Collection>;
  hasCollection(name: string): Promise<boolean>;
  collections(): Promise<CollectionInfo[]>;
  dropCollection(name: string): Promise<void>;
  verify(): Promise<unknown>;
}
export interface ChatModel {
  readonly name?: string;
}
export declare function openDatabase(
  uri: string,
  options?: { loadEmbedder?: LoadEmbedder; split?: Splitter },
): Promise<Database>;
export declare function loadEmbedder(model?: string): Promise<Embedder>;
export declare function openAiChat(options: { baseUrl: string; key?: string; model: string }): ChatModel;
export declare function answer(
  collection: Collection,
  request: AnswerRequestInput,
  options?: { chat?: ChatModel; signal?: AbortSignal },
): Promise<Answer>;
export declare function streamAnswer(
  collection: Collection,
  request: AnswerRequestInput,
  options?: { chat?: ChatModel; signal?: AbortSignal },
): AsyncIterable<AnswerEvent>;
export interface IngestOptions {
  text?: string;
  title?: string;
  id?: string;
  format?: string;
  signal?: AbortSignal;
  onProgress?: (p: IngestProgress) => void;
}
export declare function ingest(
  collection: Collection,
  paths: readonly string[],
  options?: IngestOptions,
): Promise<IngestReport>;
export declare function ingestBytes(
  collection: Collection,
  file: { name: string; bytes: Uint8Array; mediaType?: string },
  options?: IngestOptions,
): Promise<IngestReport>;
export declare const NOTICE: string;
