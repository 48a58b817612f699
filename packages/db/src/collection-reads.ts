import { exportedDocuments } from "./archive/exported-documents.ts";
import type { ExportSelection } from "./archive/exported-documents.ts";
import { formats } from "./archive/formats.ts";
import { DbError } from "./errors.ts";
import { documentOf, summaryOf } from "./document-views.ts";
import type { Embedder } from "./embedder.ts";
import type { GenerationView } from "./generations/generation-view.ts";
import { vectorsInfo } from "./vectors-info.ts";
import { ListCursor } from "./list-cursor.ts";
import { openObject } from "./objects/open-object.ts";
import type { OpenedObject } from "./objects/open-object.ts";
import type { StoredObject } from "./objects/read-object.ts";
import type { CollectionInfo, FieldType, ReindexInfo } from "./schemas/collection.ts";
import type { Document, DocumentPage, Span } from "./schemas/document.ts";
import type { ExportFormat } from "./schemas/export.ts";
import type { Filter } from "./schemas/filter.ts";
import { MAX_LIMIT } from "./schemas/search.ts";
import type { SearchRequestInput, SearchResponse } from "./schemas/search.ts";
import { search } from "./search/search.ts";
import type { SearchOptions } from "./search/search-sources.ts";
import { similarity, tokenImportance } from "./search/token-importance.ts";
import type { ExplainedText } from "./search/token-importance.ts";
import { searchText } from "./tables/passage-rows.ts";
import { whereOf } from "./search/where.ts";
import type { CollectionStatistics } from "./schemas/statistics.ts";
import { statisticsOf } from "./statistics.ts";
import { folderBytes } from "./storage/folder-bytes.ts";
import { both } from "./tables/sql.ts";

export interface ListOptions {
  /** @default 20 */
  readonly limit?: number;
  readonly cursor?: string;
  readonly filter?: Filter;
}

/** A search by words, whose mode and level are decided. */
export type ExplainTokensRequest = Omit<SearchRequestInput, "query" | "like" | "mode" | "level"> & {
  readonly query: string;
};

/** What the words of a passage add to its score. */
export interface ExplainedHit extends ExplainedText {
  readonly id: string;
  readonly passage: Span;
}

export interface SignalOptions {
  readonly signal?: AbortSignal;
}

const DEFAULT_PAGE = 20;
/** Searches of a batch that run at the same time: more would wait for each other. */
const CONCURRENT_SEARCHES = 4;

/** All that reads a collection, in the process that writes it or in another one. */
export abstract class CollectionReads {
  /** The generation to read now; the one that gave the cursor, where that is still readable. */
  protected abstract view(cursor?: string): Promise<GenerationView>;

  abstract get name(): string;

  async info(): Promise<CollectionInfo> {
    const { table, tableFolder, record: opened, catalogue } = await this.view();
    const record = (await catalogue.collectionOf(opened.id)) ?? opened;
    const reindex = await this.reindexing(opened.id);
    return {
      name: record.name,
      model: record.model,
      precision: record.precision,
      dimension: record.dimension,
      metric: record.metric,
      fields: { ...record.fields },
      dense: record.dimension > 0,
      ...record.textSettings,
      documents: await catalogue.countDocuments(opened.id),
      passages: await table.countRows(),
      bytes: await folderBytes(tableFolder),
      created_at: record.createdAt.toISOString(),
      updated_at: record.updatedAt.toISOString(),
      ...vectorsInfo(record),
      ...(reindex && { reindex }),
    };
  }

  /**
   * The embedder of this collection, or of further vectors that it has, loaded at its first use.
   * @throws {DbError} `collection_model_mismatch` when the model is not the one that made the stored vectors.
   */
  async embedder(vectors?: string): Promise<Embedder> {
    return (await this.view()).embedder(vectors);
  }

  async get(id: string | number): Promise<Document | undefined> {
    const { catalogue, record } = await this.view();
    const found = await catalogue.document(record.id, String(id));
    return found && documentOf(found);
  }

  /**
   * The bytes that are stored beside a document, with their media type; `undefined` when there are none.
   * @throws {DbError} `object_damaged` when they are not those that were stored
   */
  async object(id: string | number): Promise<StoredObject | undefined> {
    const opened = await this.openObject(id);
    if (opened === undefined) return undefined;
    const { media_type, sha256 } = opened.info;
    return { media_type, sha256, bytes: Buffer.concat(await Array.fromAsync(opened.content)) };
  }

  /** The same as a stream, which has to be read to its end or cancelled. */
  openObject(id: string | number): Promise<OpenedObject | undefined> {
    return openObject(() => this.view(), String(id));
  }

  /** Documents in order of id, a page at a time; a document written meanwhile appears at its place or not, others once. */
  async list({ limit = DEFAULT_PAGE, cursor, filter }: ListOptions = {}): Promise<DocumentPage> {
    const { table, record, catalogue, search: sources } = await this.view();
    requireLimit(limit);
    const where = await whereOf(sources, filter);
    const after = cursor === undefined ? undefined : ListCursor.decode(cursor, filter);
    const page = { limit: limit + 1, after };
    const ids = where === undefined ? undefined : await table.documentIds({ where, ...page });
    const found = await catalogue.summaries(record.id, { ...page, ids });
    const documents = found.slice(0, limit).map(summaryOf);
    const last = documents.at(-1);
    return {
      documents,
      total: await this.count(filter),
      ...(found.length > limit && last && { cursor: ListCursor.encode(last.id, filter) }),
    };
  }

  async count(filter?: Filter): Promise<number> {
    const { table, record, catalogue, search: sources } = await this.view();
    const where = await whereOf(sources, filter);
    return where === undefined ? catalogue.countDocuments(record.id) : table.countRows(both(where, "chunk_no = 0"));
  }

  /** Dense, keyword or hybrid search; does not wait for writers. */
  async search(request: SearchRequestInput, options: SearchOptions = {}): Promise<SearchResponse> {
    const { search: sources } = await this.view(request.cursor);
    options.signal?.throwIfAborted();
    return search(sources, request, options);
  }

  /**
   * What each word of the best passages adds to their likeness to a query, as far as vectors see it; costs an embedding a word.
   * @throws {DbError} `query_invalid`, also for a collection without vectors
   */
  async explainTokens(
    { query, ...request }: ExplainTokensRequest,
    options: SearchOptions = {},
  ): Promise<ExplainedHit[]> {
    const { hits } = await this.search(
      { ...request, query, like: undefined, mode: "dense", level: "passage" },
      options,
    );
    const embedder = await this.embedder(request.vectors);
    const { signal } = options;
    const texts = hits.map(({ title, text }) => searchText(title, text));
    const scores = new Map(await similarity(query, texts, embedder, signal && { signal }));
    const explained: ExplainedHit[] = [];
    for (const [at, { id, passage }] of hits.entries()) {
      const [text, score] = [texts[at] ?? "", scores.get(at) ?? 0];
      const tokens = await tokenImportance(query, { text, score }, embedder, signal && { signal });
      explained.push({ id, passage, score, tokens });
    }
    return explained;
  }

  /** Several searches, a few at a time; answers are in order. One that is not valid fails all. */
  async searchBatch(requests: readonly SearchRequestInput[], options: SearchOptions = {}): Promise<SearchResponse[]> {
    const responses: SearchResponse[] = [];
    for (let at = 0; at < requests.length; at += CONCURRENT_SEARCHES) {
      const some = requests.slice(at, at + CONCURRENT_SEARCHES);
      responses.push(...(await Promise.all(some.map((request) => this.search(request, options)))));
    }
    return responses;
  }

  /** What the collection is made of, counted. */
  async statistics(): Promise<CollectionStatistics> {
    return statisticsOf(await this.view());
  }

  /** The documents as a file, a piece at a time. @throws {DbError} `filter_invalid`, `filter_field_unknown` */
  async *export(format: ExportFormat, selection: ExportSelection = {}): AsyncGenerator<Uint8Array> {
    yield* formats[format].write(exportedDocuments(await this.view(), selection));
  }

  /** Fields that filters may name: the declared ones, and metadata paths seen in documents. */
  async fields(): Promise<{ declared: Record<string, FieldType>; seen: string[] }> {
    const { record, catalogue } = await this.view();
    return { declared: { ...record.fields }, seen: await catalogue.seenFields(record.id) };
  }

  /** How far the next generation is, while there is one. */
  protected async reindexing(_generationId: string): Promise<ReindexInfo | undefined> {
    return undefined;
  }
}

function requireLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return;
  throw new DbError("query_invalid", `The limit must be a whole number from 1 to ${MAX_LIMIT}.`, {
    details: { limit },
  });
}
