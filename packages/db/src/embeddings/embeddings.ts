import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import type { DatabaseOptions } from "../database.ts";
import { documentOf } from "./embeddings-document.ts";
import type { EmbeddingsDocument, EmbeddingsId } from "./embeddings-document.ts";
import { DbError } from "../errors.ts";
import type { ModelPrecision } from "../schemas/vectors.ts";
import type { DocumentInput } from "../schemas/document.ts";
import type { SearchMode } from "../schemas/search.ts";
import type { Hit } from "../schemas/search.ts";

export interface EmbeddingsOptions extends Pick<DatabaseOptions, "loadEmbedder" | "split"> {
  /** Model: a folder, `npm:<package>` or hub id. @default the embedded all-MiniLM-L6-v2 */
  readonly path?: string;
  /** What the model's encoder computes in when `index` is called; not how vectors are stored. @default "fp32" */
  readonly precision?: ModelPrecision;
  /** Whether searches return the text with the id and the score. @default false */
  readonly content?: boolean;
  /** Combines vectors with keywords. @default false */
  readonly hybrid?: boolean;
  /** Keywords only. @default false */
  readonly keyword?: boolean;
  /** Folder to keep the index in. @default a temporary one, removed by `close` */
  readonly data?: string;
}

/** With content. */
export interface EmbeddingsHit {
  readonly id: string;
  readonly text: string;
  readonly score: number;
}

type Documents = Iterable<EmbeddingsDocument> | AsyncIterable<EmbeddingsDocument>;

/** Documents stored in one call of the collection. */
const BATCH = 1_000;
const DEFAULT_LIMIT = 3;
/** Marks a generation whose `index` ran to its end; its hash is the next automatic id. */
const COMPLETE = "embeddings:complete";
const NAME = /^embeddings-(\d+)$/;

/**
 * An embeddings index in txtai's shape: `index`, `upsert`, `delete`, `search`. Rows whose score is not above 0 are not returned.
 *
 * @example
 * const embeddings = new Embeddings({ path: "neuml/pubmedbert-base-embeddings", content: true });
 * await embeddings.index(documents());
 * await embeddings.search("query to run");
 */
export class Embeddings<Content extends boolean = false> implements AsyncDisposable {
  readonly #options: EmbeddingsOptions;
  readonly #mode: SearchMode;
  #opened: Promise<OpenIndex> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EmbeddingsOptions & { readonly content?: Content } = {}) {
    this.#options = options;
    this.#mode = options.keyword ? "keyword" : options.hybrid ? "hybrid" : "dense";
  }

  /** Replaces everything. Until the last document is stored, searches see the old index. */
  async index(documents: Documents): Promise<void> {
    const index = await this.#open();
    const previous = index.collection;
    const generation = index.generation + 1;
    const { path: model, precision } = this.#options;
    const next = await index.database.createCollection({ name: `embeddings-${generation}`, model, precision });
    try {
      await store(next, documents, 0);
    } catch (error) {
      await index.database.dropCollection(next.name);
      throw error;
    }
    [index.collection, index.generation] = [next, generation];
    if (previous) await index.database.dropCollection(previous.name);
  }

  /** Adds documents, replacing those of the same id; the first call is an `index`. */
  async upsert(documents: Documents): Promise<void> {
    const { collection } = await this.#open();
    if (!collection) return this.index(documents);
    const { hash = "0" } = (await collection.sources.get(COMPLETE)) ?? {};
    await store(collection, documents, Number(hash));
  }

  /** Deletes documents and returns the ids that existed. */
  async delete(ids: readonly EmbeddingsId[]): Promise<string[]> {
    const { collection } = await this.#open();
    if (!collection) return [];
    const known = await Promise.all([...new Set(ids.map(String))].map((id) => collection.get(id)));
    const existing = known.flatMap((document) => document?.id ?? []).sort();
    await collection.delete({ ids: existing });
    return existing;
  }

  async count(): Promise<number> {
    const { collection } = await this.#open();
    return collection ? collection.count() : 0;
  }

  /** The best documents, best first: `{ id, text, score }` with content, else `[id, score]`. @default limit 3 */
  async search(query: string, limit: number = DEFAULT_LIMIT): Promise<EmbeddingsResult<Content>[]> {
    const { collection } = await this.#open();
    if (!collection) return [];
    const { hits } = await collection.search({ query, limit, mode: this.#mode });
    const found = hits.filter(({ score }) => score > 0);
    const rows = this.#options.content ? await withContent(collection, found) : found.map(asPair);
    return rows as EmbeddingsResult<Content>[];
  }

  /** Frees the model and the folder; a temporary folder is removed. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const index = await this.#opened;
    await index?.[Symbol.asyncDispose]();
  }

  #open(): Promise<OpenIndex> {
    if (this.#closing) throw new DbError("database_closed", "The embeddings are closed.");
    this.#opened ??= openIndex(this.#options);
    return this.#opened;
  }
}

export type EmbeddingsResult<Content extends boolean> = Content extends true
  ? EmbeddingsHit
  : readonly [id: EmbeddingsId, score: number];

interface OpenIndex extends AsyncDisposable {
  readonly database: Database;
  collection: Collection | undefined;
  generation: number;
}

async function openIndex({ data, loadEmbedder, split }: EmbeddingsOptions): Promise<OpenIndex> {
  await using stack = new AsyncDisposableStack();
  const folder = data ?? (await mkdtemp(join(tmpdir(), "galen-embeddings-")));
  if (data === undefined) stack.defer(() => rm(folder, { recursive: true, force: true }));
  const options = { ...(loadEmbedder && { loadEmbedder }), ...(split && { split }) };
  const database = stack.use(await Database.open(folder, options));
  const { collection, generation } = await newestComplete(database);
  const owned = stack.move();
  return { database, collection, generation, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Older generations, and one whose `index` did not end, are dropped. */
async function newestComplete(database: Database): Promise<{ collection: Collection | undefined; generation: number }> {
  const names = (await database.collections()).map(({ name }) => name).filter((name) => NAME.test(name));
  const generations = names.sort((left, right) => generationOf(right) - generationOf(left));
  let newest: Collection | undefined;
  for (const name of generations) {
    const collection = await database.collection(name);
    if (!newest && (await collection.sources.get(COMPLETE))) newest = collection;
    else await database.dropCollection(name);
  }
  return { collection: newest, generation: newest ? generationOf(newest.name) : 0 };
}

function generationOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

/** Streams in batches. Documents without an id get the next whole number. */
async function store(collection: Collection, documents: Documents, firstId: number): Promise<void> {
  let nextId = firstId;
  let batch: DocumentInput[] = [];
  for await (const input of documents) {
    const document = documentOf(input, () => nextId++);
    if (document) batch.push(document);
    if (batch.length === BATCH) {
      await upsertAll(collection, batch);
      batch = [];
    }
  }
  await upsertAll(collection, batch);
  await collection.sources.set(COMPLETE, { hash: String(nextId), documents: await collection.count() });
}

async function upsertAll(collection: Collection, batch: readonly DocumentInput[]): Promise<void> {
  if (batch.length === 0) return;
  const { failed } = await collection.upsert(batch);
  const [first] = failed;
  if (!first) return;
  throw new DbError("document_invalid", `${failed.length} documents cannot be stored; the first: ${first.message}.`, {
    details: { failed },
  });
}

/** A hit's text is a passage; the text that txtai returns is the document's. */
async function withContent(collection: Collection, hits: readonly Hit[]): Promise<EmbeddingsHit[]> {
  const documents = await Promise.all(hits.map(({ id }) => collection.get(id)));
  return hits.map(({ id, score, text }, at) => ({ id, text: documents[at]?.text ?? text, score }));
}

/** Without content an id keeps its type. */
function asPair({ id, score, metadata }: Hit): readonly [EmbeddingsId, number] {
  return [typeof metadata["id"] === "number" ? metadata["id"] : id, score];
}
