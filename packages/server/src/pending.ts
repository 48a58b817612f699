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

export interface Collection {
  readonly name: string;
  readonly config: { readonly model: string; readonly fields: Readonly<Record<string, FieldType>> };
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
    selector:
      | { ids: readonly (string | number)[] }
      | { filter: Filter }
      | { source: string; except?: readonly string[] },
    options?: { signal?: AbortSignal },
  ): Promise<DeleteResult>;
  get(id: string | number): Promise<Document | undefined>;
  count(filter?: Filter): Promise<number>;
  list(options?: { limit?: number; cursor?: string; filter?: Filter }): Promise<DocumentPage>;
  search(request: SearchRequestInput, options?: { signal?: AbortSignal }): Promise<SearchResponse>;
  fields(): Promise<{ declared: Record<string, FieldType>; seen: string[] }>;
  readonly sources: {
    get(source: string): Promise<{ hash: string; documents: number } | undefined>;
    set(source: string, memory: { hash: string; documents: number }): Promise<void>;
    list(prefix?: string): Promise<{ source: string; hash: string; documents: number; updated_at: string }[]>;
    remove(source: string): Promise<void>;
  };
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
export declare function openDatabase(
  uri: string,
  options?: { loadEmbedder?: LoadEmbedder; split?: Splitter },
): Promise<Database>;
export declare function loadEmbedder(model?: string): Promise<Embedder>;
