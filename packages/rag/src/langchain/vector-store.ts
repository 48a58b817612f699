import { randomUUID } from "node:crypto";
import { DbError, type Collection } from "@galen/db";
import type { Filter, SearchMode } from "@galen/db/schemas";
import type { Document, DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { VectorStore, type MaxMarginalRelevanceSearchOptions } from "@langchain/core/vectorstores";
import { fromGalen, toGalen } from "./documents.ts";
import { GalenEmbeddings } from "./embeddings.ts";
import { maximalMarginalRelevance } from "./mmr.ts";

export interface GalenVectorStoreConfig {
  readonly collection: Collection;
  /** @default that of the collection: "hybrid", or "keyword" without vectors */
  readonly mode?: SearchMode;
}

/** Which documents `delete` removes. */
export type GalenDeleteParams = { readonly ids: readonly string[] } | { readonly filter: Filter };

/**
 * A Galen collection as LangChain's `VectorStore`. Search is hybrid, scores are higher for better hits, filters are Galen's
 * and apply before ranking. A hit is a document as it was added, found by its best passage.
 *
 * The collection embeds by itself: vectors of other embeddings are refused with a `TypeError`.
 */
export class GalenVectorStore extends VectorStore {
  declare FilterType: Filter;
  declare embeddings: GalenEmbeddings;
  readonly collection: Collection;
  readonly mode: SearchMode | undefined;

  constructor(embeddings: GalenEmbeddings, { collection, mode }: GalenVectorStoreConfig) {
    super(embeddings, {});
    this.collection = collection;
    this.mode = mode;
  }

  // The base class calls it before the fields of this one exist.
  _vectorstoreType(): string {
    return "galen";
  }

  /** A store over what the collection holds already. */
  static async fromExistingCollection(config: GalenVectorStoreConfig): Promise<GalenVectorStore> {
    return new GalenVectorStore(await GalenEmbeddings.of(config.collection), config);
  }

  static override async fromTexts(
    texts: string[],
    metadatas: object[] | object,
    embeddings: EmbeddingsInterface,
    config: GalenVectorStoreConfig,
  ): Promise<GalenVectorStore> {
    const metadataOf = (index: number): object => (Array.isArray(metadatas) ? (metadatas[index] ?? {}) : metadatas);
    const documents = texts.map((pageContent, index) => ({ pageContent, metadata: { ...metadataOf(index) } }));
    return GalenVectorStore.fromDocuments(documents, embeddings, config);
  }

  static override async fromDocuments(
    documents: DocumentInterface[],
    embeddings: EmbeddingsInterface,
    config: GalenVectorStoreConfig,
  ): Promise<GalenVectorStore> {
    const store = new GalenVectorStore(await ownEmbeddings(embeddings, config.collection), config);
    await store.addDocuments(documents);
    return store;
  }

  /** Stores documents under `options.ids`, else their own ids, else new ones, and returns these. The same id replaces. */
  override async addDocuments(documents: DocumentInterface[], options: { ids?: string[] } = {}): Promise<string[]> {
    const { ids } = options;
    if (ids !== undefined && ids.length !== documents.length) {
      throw new TypeError(`${ids.length} ids for ${documents.length} documents`);
    }
    const given = documents.map((document, index) => ids?.[index] ?? document.id ?? randomUUID());
    const { failed } = await this.collection.upsert(
      documents.map((document, at) => toGalen(document, given[at] ?? "")),
    );
    const [first] = failed;
    if (first === undefined) return given;
    throw new DbError("document_invalid", `${failed.length} of ${documents.length} documents were not stored`, {
      hint: "the others were; mend these and add them again",
      details: { failed: failed.map(({ index, id, code }) => ({ index, id, code })) },
    });
  }

  /** For vectors of this store's own embeddings only; they are made again from the documents. */
  override async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    options: { ids?: string[] } = {},
  ): Promise<string[]> {
    if (vectors.length !== documents.length)
      throw new TypeError(`${vectors.length} vectors for ${documents.length} documents`);
    if (!vectors.every((vector) => this.embeddings.made(vector))) throw foreignVectors();
    return this.addDocuments(documents, options);
  }

  /** Ids that do not exist are passed over. */
  override async delete(params: GalenDeleteParams): Promise<void> {
    await this.collection.delete(params);
  }

  /** In the order of the ids; those that do not exist are left out. */
  async getByIds(ids: readonly string[]): Promise<Document[]> {
    const found = await Promise.all(ids.map((id) => this.collection.get(id)));
    return found.flatMap((document) => (document === undefined ? [] : [fromGalen(document)]));
  }

  override async similaritySearch(query: string, k = 4, filter?: Filter): Promise<Document[]> {
    return (await this.similaritySearchWithScore(query, k, filter)).map(([document]) => document);
  }

  override async similaritySearchWithScore(query: string, k = 4, filter?: Filter): Promise<[Document, number][]> {
    return this.#search(query, { k, mode: this.mode, filter });
  }

  /** Dense search, for vectors of this store's own `embeddings.embedQuery`. */
  override async similaritySearchVectorWithScore(
    query: number[],
    k: number,
    filter?: Filter,
  ): Promise<[Document, number][]> {
    const text = this.embeddings.queryOf(query);
    if (text === undefined) throw foreignVectors();
    return this.#search(text, { k, mode: "dense", filter });
  }

  /** Diverse hits among the best `fetchK`, by the vectors of their best passages, which are embedded for it. */
  override async maxMarginalRelevanceSearch(
    query: string,
    { k, fetchK = 20, lambda = 0.5, filter }: MaxMarginalRelevanceSearchOptions<Filter>,
  ): Promise<Document[]> {
    const { embedder } = this.embeddings;
    if (embedder.dimension === 0) throw new TypeError("diverse hits need vectors, which the collection does not have");
    const { hits } = await this.#hits(query, { k: Math.max(k, fetchK), mode: this.mode, filter });
    const [asked, passages] = await Promise.all([
      embedder.embedQuery(query),
      embedder.embedDocuments(hits.map(({ text }) => text)),
    ]);
    const chosen = maximalMarginalRelevance(asked, passages, { k, lambda });
    return this.getByIds(chosen.flatMap((index) => hits[index]?.id ?? []));
  }

  async #search(query: string, request: SearchBy): Promise<[Document, number][]> {
    const { hits } = await this.#hits(query, request);
    const documents = await Promise.all(hits.map(({ id }) => this.collection.get(id)));
    return hits.flatMap(({ score }, at): [Document, number][] => {
      const document = documents[at];
      return document === undefined ? [] : [[fromGalen(document), score]];
    });
  }

  #hits(query: string, { k, mode, filter }: SearchBy) {
    const given = { ...(mode !== undefined && { mode }), ...(filter !== undefined && { filter }) };
    return this.collection.search({ query, limit: k, ...given });
  }
}

interface SearchBy {
  readonly k: number;
  readonly mode: SearchMode | undefined;
  readonly filter: Filter | undefined;
}

/** Other embeddings would be ignored without a word, and the scores would be those of another model. */
async function ownEmbeddings(embeddings: EmbeddingsInterface, collection: Collection): Promise<GalenEmbeddings> {
  const { model } = await collection.embedder();
  if (embeddings instanceof GalenEmbeddings && embeddings.embedder.model === model) return embeddings;
  throw new TypeError(
    `the collection ${collection.name} embeds with its own model ${model}; pass GalenEmbeddings.of(collection)`,
  );
}

function foreignVectors(): TypeError {
  return new TypeError(
    "a Galen collection embeds by itself and takes no vectors of other embeddings; add the documents",
  );
}
