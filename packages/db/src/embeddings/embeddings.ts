import { DbError } from "../errors.ts";
import type { EmbeddingsId } from "./embeddings-document.ts";
import { defined, planOf, requireValid } from "./embeddings-options.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import type {
  EmbeddingsCategory,
  EmbeddingsExplanation,
  EmbeddingsHit,
  EmbeddingsResult,
} from "./embeddings-results.ts";
import { similarity, tokenImportance } from "../search/token-importance.ts";
import type { Generation } from "./generation.ts";
import { scaled } from "./models.ts";
import { OpenedIndex } from "./opened-index.ts";
import { reindexGeneration } from "./reindex.ts";
import type { ReindexFunction } from "./reindex.ts";
import { loadIndex } from "./saved/load-index.ts";
import { savedConfig, saveIndex } from "./saved/save-index.ts";
import { isSaved, readConfig } from "./saved/saved-config.ts";
import { DEFAULT_LIMIT, searchGeneration } from "./search.ts";
import type { EmbeddingsQuery, EmbeddingsSearch } from "./search.ts";
import { deleteRows } from "./section-writer.ts";
import { searchTerms, searchTexts } from "./sql/search-terms.ts";
import { storeDocuments } from "./store-documents.ts";
import type { Documents } from "./store-documents.ts";

/**
 * An embeddings index in txtai's shape: `index`, `upsert`, `delete`, `search`. Rows whose score is not above 0 are not returned.
 *
 * @example
 * const embeddings = new Embeddings({ path: "neuml/pubmedbert-base-embeddings", content: true });
 * await embeddings.index(documents());
 * await embeddings.search("query to run");
 */
export class Embeddings<Content extends boolean = false> implements AsyncDisposable {
  #options: EmbeddingsOptions;
  #opened: Promise<OpenedIndex> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws {DbError} `collection_invalid` */
  constructor(options: EmbeddingsOptions & { readonly content?: Content } = {}) {
    this.#options = options;
    requireValid(options);
  }

  /** Replaces everything. Until the last document is stored, searches see the old index. */
  async index(documents: Documents): Promise<void> {
    const index = await this.#open();
    await index.write(() =>
      index.replace(index.options, (generation) => storeDocuments(generation, documents, index.options)),
    );
  }

  /** Adds documents, replacing those of the same id; the first call is an `index`. */
  async upsert(documents: Documents): Promise<void> {
    const index = await this.#open();
    await index.write(async () => {
      const { generation, options } = index;
      if (generation?.rows.count) return storeDocuments(generation, documents, options);
      return index.replace(options, (next) => storeDocuments(next, documents, options));
    });
  }

  /** Deletes documents and returns the ids that existed: sorted with content, else as they were asked for and indexed. */
  async delete(ids: readonly EmbeddingsId[]): Promise<(Content extends true ? string : EmbeddingsId)[]> {
    const index = await this.#open();
    const deleted = await index.write(async () => (index.generation ? deleteRows(index.generation, ids) : []));
    const shown = index.options.content ? deleted.map(String).sort() : deleted;
    return shown as (Content extends true ? string : EmbeddingsId)[];
  }

  /**
   * Makes the index anew of its documents under another configuration, of which nothing is kept but `content` and `objects`. Searches
   * see the old one meanwhile.
   */
  async reindex(config: EmbeddingsOptions = {}, change?: ReindexFunction): Promise<void> {
    const index = await this.#open();
    await index.write(async () => {
      const { generation, options } = index;
      if (!generation) return;
      const { content, objects, loadEmbedder, split, data } = options;
      const next = defined({ ...config, content, objects, loadEmbedder, split, data });
      requireValid(next);
      await index.replace(next, (fresh) => reindexGeneration(generation, fresh, { options, next, change }));
      this.#options = next;
    });
  }

  /** Rows: a document that was given twice in one call counts twice. */
  async count(): Promise<number> {
    return (await this.#generation())?.rows.count ?? 0;
  }

  /**
   * The best rows, best first: `{ id, text, score }` with content, else `[id, score]`. With content a query may be a statement, such as
   * `select id, text from txtai where similar('insulin') and year > 2020`. @default limit 3
   *
   * @throws {DbError} `query_invalid`, with the `position` in a statement
   */
  async search(
    query: EmbeddingsQuery,
    limit?: number,
    search: Omit<EmbeddingsSearch, "limit"> = {},
  ): Promise<EmbeddingsResult<Content>[]> {
    const index = await this.#open();
    for (;;) {
      const { generation, options } = index;
      if (!generation) return [];
      try {
        const rows: unknown[] = await searchGeneration(generation, query, { ...search, limit, options });
        return rows as EmbeddingsResult<Content>[];
      } catch (error) {
        // What it searched may have been replaced meanwhile, and is gone then.
        if (index.generation === generation || this.#closing) throw error;
      }
    }
  }

  /** Several searches, in order; parameters are those of each. */
  async batchsearch(
    queries: readonly EmbeddingsQuery[],
    limit?: number,
    search: Omit<EmbeddingsSearch, "limit" | "parameters"> & {
      readonly parameters?: readonly EmbeddingsSearch["parameters"][];
    } = {},
  ): Promise<EmbeddingsResult<Content>[][]> {
    const { parameters, ...shared } = search;
    const results: EmbeddingsResult<Content>[][] = [];
    for (const [at, query] of queries.entries()) {
      results.push(await this.search(query, limit, { ...shared, parameters: parameters?.[at] }));
    }
    return results;
  }

  /** The vector of a text, by default as a query has it, scaled to length 1; a vector is scaled. */
  async transform(
    text: EmbeddingsQuery,
    category: EmbeddingsCategory = "query",
    index?: string,
  ): Promise<Float32Array> {
    const [vector = new Float32Array()] = await this.batchtransform([text], category, index);
    return vector;
  }

  async batchtransform(
    texts: readonly EmbeddingsQuery[],
    category: EmbeddingsCategory = "query",
    index?: string,
  ): Promise<Float32Array[]> {
    const embedder = await (await this.#open()).embedder(index);
    return Promise.all(
      texts.map(async (text) => {
        if (typeof text !== "string") return scaled(text);
        if (category === "query") return embedder.embedQuery(text);
        return (await embedder.embedDocuments([text]))[0] ?? new Float32Array();
      }),
    );
  }

  /** How like texts are to a query, without an index: their places and cosines, the best first. */
  async similarity(query: string, data: readonly string[]): Promise<[position: number, score: number][]> {
    return similarity(query, data, await (await this.#open()).embedder());
  }

  async batchsimilarity(
    queries: readonly string[],
    data: readonly string[],
  ): Promise<[position: number, score: number][][]> {
    return Promise.all(queries.map((query) => this.similarity(query, data)));
  }

  /**
   * What each word of the best rows adds to their score, or of given texts; the best first. Costs an embedding a word.
   * @throws {DbError} `query_invalid` without content and without texts, and where there are no vectors
   */
  async explain(query: string, texts?: readonly string[], limit?: number): Promise<EmbeddingsExplanation[]> {
    const index = await this.#open();
    if (!planOf(index.options).isDense) throw unexplained("An index without vectors cannot be explained.");
    if (!texts && !index.options.content) throw unexplained("An index without content has no texts to explain.");
    const asked = texts ? query : searchTexts(query);
    const embedder = await index.embedder();
    const found = texts
      ? (await similarity(query, texts, embedder)).map(([id, score]) => ({ id, text: texts[id] ?? "", score }))
      : ((await this.search(query, limit ?? DEFAULT_LIMIT)) as EmbeddingsHit[]);
    const explained: EmbeddingsExplanation[] = [];
    for (const row of found) {
      const { text, score } = row;
      const isWhole = asked !== undefined && typeof text === "string" && typeof score === "number";
      explained.push({ ...row, tokens: isWhole ? await tokenImportance(asked, { text, score }, embedder) : [] });
    }
    return explained.sort((left, right) => right.score - left.score);
  }

  async batchexplain(
    queries: readonly string[],
    texts?: readonly string[],
    limit?: number,
  ): Promise<EmbeddingsExplanation[][]> {
    return Promise.all(queries.map((query) => this.explain(query, texts, limit)));
  }

  /** What a query searches for: itself, or the values of a statement's `similar()`; `undefined` for a statement without one. */
  terms(query: string): string | undefined {
    return this.#options.content ? searchTerms(query) : query;
  }

  batchterms(queries: readonly string[]): (string | undefined)[] {
    return queries.map((query) => this.terms(query));
  }

  /** Nothing: it would weigh the words of word vectors, and there are none. What `scoring` counts is counted by `index`. */
  async score(_documents: Documents): Promise<void> {}

  /** Writes the index to a folder, in the place of one that was saved there; without an index, nothing. */
  async save(path: string): Promise<void> {
    const index = await this.#open();
    await index.write(async () => {
      if (index.generation) await saveIndex(index.generation, index.options, path);
    });
  }

  /** Whether a folder holds a saved index; without one, whether there is an index here. */
  async exists(path?: string): Promise<boolean> {
    return path === undefined ? (await this.#generation()) !== undefined : isSaved(path);
  }

  /**
   * Takes over the index of a folder that `save` has written, or that txtai has saved with its content, in the place of the present one;
   * its configuration counts, but for what is given here.
   * @throws {DbError} `import_invalid`
   */
  async load(path: string, config: EmbeddingsOptions = {}): Promise<void> {
    const index = await this.#open();
    await index.write(async () => {
      const saved = await readConfig(path);
      const { loadEmbedder, split, data, functions } = index.options;
      const options = defined({ ...saved.options, functions, ...config, loadEmbedder, split, data });
      requireValid(options);
      await index.replace(options, (fresh) => loadIndex(fresh, { folder: path, nextId: saved.nextId, options }));
      this.#options = options;
    });
  }

  /** The configuration, with the numbers of the next row and the next automatic id where there is an index. */
  async info(): Promise<Record<string, unknown>> {
    const { generation, options } = await this.#open();
    const dimensions = generation?.rows.main.dense?.dimension;
    return { ...savedConfig(generation, options), ...(dimensions && { dimensions }) };
  }

  /** Whether searches compare vectors. */
  isdense(): boolean {
    return planOf(this.#options).isDense;
  }

  /** Whether searches count words. */
  issparse(): boolean {
    return planOf(this.#options).terms !== undefined;
  }

  /** Whether words have weights without being searched. */
  isweighted(): boolean {
    return planOf(this.#options).isWeighted;
  }

  /** Frees the model and the folder; a temporary folder is removed. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #generation(): Promise<Generation | undefined> {
    return (await this.#open()).generation;
  }

  async #close(): Promise<void> {
    const index = await this.#opened;
    await index?.[Symbol.asyncDispose]();
  }

  #open(): Promise<OpenedIndex> {
    if (this.#closing) throw new DbError("database_closed", "The embeddings are closed.");
    this.#opened ??= OpenedIndex.open(this.#options);
    return this.#opened;
  }
}

function unexplained(message: string): DbError {
  return new DbError("query_invalid", message, { hint: "Give texts, or make the index with content and vectors." });
}
