// Interim: the part of @galen/db's Collection that this package uses, until that class is there.
import type {
  CollectionInfo,
  DeleteResult,
  Document,
  FieldType,
  Filter,
  SearchRequestInput,
  SearchResponse,
  UpsertResult,
} from "@galen/db/schemas";
import type { Embedder } from "@galen/db";

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
      onProgress?: (progress: { documents: number; passages: number; tokens?: number }) => void;
    },
  ): Promise<UpsertResult>;
  delete(
    selector:
      | { ids: readonly (string | number)[] }
      | { filter: Filter }
      | { source: string; except?: readonly string[] },
  ): Promise<DeleteResult>;
  get(id: string | number): Promise<Document | undefined>;
  count(filter?: Filter): Promise<number>;
  search(request: SearchRequestInput, options?: { signal?: AbortSignal }): Promise<SearchResponse>;
  readonly sources: {
    get(source: string): Promise<{ hash: string; documents: number } | undefined>;
    set(source: string, memory: { hash: string; documents: number }): Promise<void>;
    list(prefix?: string): Promise<{ source: string; hash: string; documents: number; updated_at: string }[]>;
    remove(source: string): Promise<void>;
  };
}
