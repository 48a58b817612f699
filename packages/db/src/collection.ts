import { z } from "zod";
import type { Catalogue, CollectionRecord, StoredSummary } from "./catalogue/catalogue.ts";
import type { Embedder, Splitter } from "./embedder.ts";
import { DbError } from "./errors.ts";
import { upsert } from "./ingestion/upsert.ts";
import type { UpsertOptions } from "./ingestion/upsert.ts";
import { CollectionWriter } from "./ingestion/writer.ts";
import { ListCursor } from "./list-cursor.ts";
import type { CollectionInfo, FieldType, ModelPrecision } from "./schemas/collection.ts";
import { DocumentId } from "./schemas/document.ts";
import type { DeleteResult, Document, DocumentPage, DocumentSummary, UpsertResult } from "./schemas/document.ts";
import type { Filter } from "./schemas/filter.ts";
import { MAX_LIMIT } from "./schemas/search.ts";
import type { SearchRequestInput, SearchResponse } from "./schemas/search.ts";
import { Highlighter } from "./search/highlights.ts";
import { search, whereOf } from "./search/search.ts";
import type { SearchSources } from "./search/search.ts";
import { FrozenWindows } from "./search/windows.ts";
import { CollectionSources } from "./sources.ts";
import { folderBytes } from "./storage/folder-bytes.ts";
import type { PassageTable } from "./tables/passage-table.ts";
import { both } from "./tables/sql.ts";
import { verifyCollection } from "./verify.ts";
import type { CollectionReport } from "./verify.ts";

/** What a database hands to the collections it opens. */
export interface CollectionParts {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly split: Splitter;
  readonly loadEmbedder: () => Promise<Embedder>;
}

/** Which documents to delete: by id, by filter, or all that came from a source except some. */
export type DeleteSelector =
  | { readonly ids: readonly (string | number)[] }
  | { readonly filter: Filter }
  | { readonly source: string; readonly except?: readonly string[] };

export interface ListOptions {
  /** @default 20 */
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: Filter;
}

export interface SignalOptions {
  readonly signal?: AbortSignal;
}

const DEFAULT_PAGE = 20;

/** Documents with their passages and vectors, under one model. Opened and closed by its `Database`. */
export class Collection {
  readonly name: string;
  readonly config: {
    readonly model: string | undefined;
    readonly precision: ModelPrecision;
    readonly fields: Readonly<Record<string, FieldType>>;
  };
  /** What ingestion remembers of the files and other origins of this collection's documents. */
  readonly sources: CollectionSources;
  readonly #id: string;
  readonly #parts: CollectionParts;
  readonly #writer: CollectionWriter;
  readonly #search: SearchSources;
  #closed = false;

  private constructor(parts: CollectionParts) {
    const { record, catalogue, table } = parts;
    this.name = record.name;
    this.config = { model: record.modelName, precision: record.precision, fields: record.fields };
    this.sources = new CollectionSources(catalogue, record.id);
    this.#id = record.id;
    this.#parts = parts;
    this.#writer = new CollectionWriter({ collectionId: record.id, catalogue, table });
    this.#search = {
      collectionId: record.id,
      fields: record.fields,
      catalogue,
      table,
      highlighter: new Highlighter(table),
      windows: new FrozenWindows(),
      embedder: () => this.embedder(),
    };
  }

  /** Finishes or undoes what a crash left half way, then opens. */
  static async open(parts: CollectionParts): Promise<Collection> {
    const collection = new Collection(parts);
    await collection.#writer.recover();
    return collection;
  }

  async info(): Promise<CollectionInfo> {
    const { catalogue, table, tableFolder } = this.#open();
    const record = (await catalogue.findCollection(this.name)) ?? this.#parts.record;
    return {
      name: this.name,
      model: record.model,
      precision: record.precision,
      dimension: record.dimension,
      fields: { ...record.fields },
      documents: await catalogue.countDocuments(this.#id),
      passages: await table.countRows(),
      bytes: await folderBytes(tableFolder),
      created_at: record.createdAt.toISOString(),
      updated_at: record.updatedAt.toISOString(),
    };
  }

  /**
   * The embedder of this collection, loaded at its first use.
   * @throws {DbError} `collection_model_mismatch` when the model is not the one that made the stored vectors.
   */
  async embedder(): Promise<Embedder> {
    const { loadEmbedder, record } = this.#open();
    const embedder = await loadEmbedder();
    if (embedder.model === record.model && embedder.dimension === record.dimension) return embedder;
    throw new DbError("collection_model_mismatch", `The collection ${this.name} was made with another model.`, {
      hint: "Use that model, or index the documents into a new collection.",
      details: { expected: record.model, found: embedder.model },
    });
  }

  /**
   * Stores documents, replacing those of the same id; resolves when they are durable and searchable. A document that cannot be
   * stored is reported in `failed` and does not stop the others. Unchanged content is not embedded again.
   */
  async upsert(documents: readonly unknown[], options: UpsertOptions = {}): Promise<UpsertResult> {
    const { catalogue, table, split } = this.#open();
    const { signal, source } = options;
    const embedder = await this.embedder();
    const context = { collectionId: this.#id, catalogue, table, embedder, split, source, signal };
    return upsert(documents, context, { ...options, writer: this.#writer, version: () => this.#version() });
  }

  /** Deletes what the selector names and exists; resolves when that is durable. */
  async delete(selector: DeleteSelector, { signal }: SignalOptions = {}): Promise<DeleteResult> {
    this.#open();
    signal?.throwIfAborted();
    const { deleted, rev } = await this.#writer.remove(() => this.#select(selector));
    return { deleted, version: rev ?? (await this.#version()) };
  }

  async get(id: string | number): Promise<Document | undefined> {
    const found = await this.#open().catalogue.document(this.#id, String(id));
    if (!found) return undefined;
    const { text, title, tags, metadata, passages, createdAt, updatedAt } = found;
    return {
      id: found.id,
      text,
      ...(title !== undefined && { title }),
      ...(tags !== undefined && { tags: [...tags] }),
      metadata,
      passages: [...passages],
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    };
  }

  /** Documents in order of id, a page at a time; a document written meanwhile appears at its place or not, others once. */
  async list({ limit = DEFAULT_PAGE, cursor, filter }: ListOptions = {}): Promise<DocumentPage> {
    const { catalogue, table } = this.#open();
    requireLimit(limit);
    const where = await this.#where(filter);
    const after = cursor === undefined ? undefined : ListCursor.decode(cursor, filter);
    const page = { limit: limit + 1, after };
    const ids = where === undefined ? undefined : await table.documentIds({ where, ...page });
    const found = await catalogue.summaries(this.#id, { ...page, ids });
    const documents = found.slice(0, limit).map(summaryOf);
    const last = documents.at(-1);
    return {
      documents,
      total: await this.count(filter),
      ...(found.length > limit && last && { cursor: ListCursor.encode(last.id, filter) }),
    };
  }

  async count(filter?: Filter): Promise<number> {
    const { catalogue, table } = this.#open();
    const where = await this.#where(filter);
    return where === undefined ? catalogue.countDocuments(this.#id) : table.countRows(both(where, "chunk_no = 0"));
  }

  /**
   * Compacts and indexes what was written, now instead of when the collection is idle. Worth calling after a bulk load: until then
   * BM25 weighs recent rows by statistics of their own, and scores change in the third digit when they are indexed.
   */
  async settle(): Promise<void> {
    this.#open();
    await this.#writer.settle();
  }

  /** Dense, keyword or hybrid search; does not wait for writers. */
  async search(request: SearchRequestInput, { signal }: SignalOptions = {}): Promise<SearchResponse> {
    this.#open();
    signal?.throwIfAborted();
    return search(this.#search, request, signal && { signal });
  }

  /** Fields that filters may name: the declared ones, and metadata paths seen in documents. */
  async fields(): Promise<{ declared: Record<string, FieldType>; seen: string[] }> {
    const { catalogue } = this.#open();
    return { declared: { ...this.config.fields }, seen: await catalogue.seenFields(this.#id) };
  }

  /** Compares the catalogue with the table, passage by passage. */
  async verify(): Promise<CollectionReport> {
    const { catalogue, table } = this.#open();
    return verifyCollection({
      name: this.name,
      id: this.#id,
      catalogue,
      table,
      maintenance: this.#writer.maintenanceFailure ?? table.residentFailure,
    });
  }

  /** Ends the writer and the table; called by the database that opened it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer.close();
    this.#parts.table[Symbol.dispose]();
  }

  #open(): CollectionParts {
    if (this.#closed) throw new DbError("database_closed", `The collection ${this.name} is closed.`);
    return this.#parts;
  }

  async #version(): Promise<number> {
    return (await this.#parts.catalogue.findCollection(this.name))?.version ?? 0;
  }

  #where(filter: Filter | undefined): Promise<string | undefined> {
    return whereOf(this.#search, filter);
  }

  async #select(selector: DeleteSelector): Promise<readonly string[]> {
    const { catalogue, table } = this.#parts;
    const parsed = Selector.safeParse(selector);
    if (!parsed.success) {
      throw new DbError(
        "query_invalid",
        "Name the documents to delete by ids, by a filter or by a source, one of them.",
      );
    }
    const { ids, filter, source, except } = parsed.data;
    if (ids) return [...new Set(ids)];
    if (filter !== undefined) return table.documentIds({ where: await this.#where(selectorFilter(filter)) });
    const kept = new Set(except);
    return (await catalogue.idsBySource(this.#id, source ?? "")).filter((id) => !kept.has(id));
  }
}

const Selector = z
  .strictObject({
    ids: z.array(DocumentId).optional(),
    filter: z.unknown().optional(),
    source: z.string().optional(),
    except: z.array(z.string()).optional(),
  })
  .refine(({ ids, filter, source }) => [ids, filter, source].filter((part) => part !== undefined).length === 1)
  .refine(({ source, except }) => except === undefined || source !== undefined);

/** Its shape is checked where every filter's is. */
function selectorFilter(filter: unknown): Filter {
  return filter as Filter;
}

function requireLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return;
  throw new DbError("query_invalid", `The limit must be a whole number from 1 to ${MAX_LIMIT}.`, {
    details: { limit },
  });
}

function summaryOf({ title, tags, createdAt, updatedAt, ...rest }: StoredSummary): DocumentSummary {
  return {
    ...rest,
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags: [...tags] }),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
