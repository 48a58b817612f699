import type { Collection } from "../collection.ts";
import type { Database } from "../database.ts";
import type { Embedder } from "../embedder.ts";
import { planOf, subindexPlans } from "./embeddings-options.ts";
import type { EmbeddingsOptions, IndexPlan } from "./embeddings-options.ts";
import { IndexRows } from "./index-rows.ts";
import { modelName } from "./models.ts";
import type { CollectionConfigInput } from "../schemas/collection.ts";
import { SearchIndex } from "./search-index.ts";

/** An index as one call of `index` began it: collections with documents and vectors, and what is made of them in memory. */
export interface Generation {
  readonly number: number;
  readonly collection: Collection;
  /** Of further indexes with vectors, by their names. */
  readonly further: ReadonlyMap<string, Collection>;
  readonly rows: IndexRows;
  /** The number of the next call that stores documents. */
  nextWrite: number;
  /** The next automatic id. */
  nextId: number;
}

/** Marks a generation whose `index` ran to its end; its hash is the next automatic id. */
const COMPLETE = "embeddings:complete";
const NAME = /^embeddings-(\d+)(?:-[A-Za-z0-9_-]+)?$/;

function nameOf(generation: number, index?: string): string {
  return `embeddings-${generation}${index === undefined ? "" : `-${index}`}`;
}

export async function createGeneration(
  database: Database,
  number: number,
  options: EmbeddingsOptions,
): Promise<Generation> {
  const plan = planOf(options);
  const { precision } = options;
  const kind = plan.isDense ? { model: modelName(plan, options), precision } : { dense: false };
  const collection = await database.createCollection({ name: nameOf(number), ...kind });
  return openGeneration(database, { number, collection, options });
}

/** With empty rows. Collections of further indexes that are not there are made. */
export async function openGeneration(
  database: Database,
  { number, collection, options }: { number: number; collection: Collection; options: EmbeddingsOptions },
): Promise<Generation> {
  const further = new Map<string, Collection>();
  const indexes = new Map<string, SearchIndex>();
  for (const [name, plan] of subindexPlans(options)) {
    const model = modelName(plan, options.indexes?.[name] ?? {});
    const precision = options.indexes?.[name]?.precision;
    const own = plan.isDense
      ? await furtherCollection(database, { name: nameOf(number, name), model, precision })
      : undefined;
    if (own) further.set(name, own);
    indexes.set(name, await searchIndex(plan, own));
  }
  const rows = new IndexRows(options, await searchIndex(planOf(options), collection), indexes);
  return { number, collection, further, rows, nextWrite: 0, nextId: 0 };
}

export async function dropGeneration(database: Database, number: number): Promise<void> {
  for (const { name } of await database.collections()) {
    if (generationOf(name) === number) await database.dropCollection(name);
  }
}

/** The embedder of the documents' vectors, or of those of a further index. */
export function embedderOf({ collection, further }: Generation, index?: string): Promise<Embedder> | undefined {
  return index === undefined ? collection.embedder() : further.get(index)?.embedder();
}

export async function markComplete({ collection, nextId }: Generation): Promise<void> {
  await collection.sources.set(COMPLETE, { hash: String(nextId), documents: await collection.count() });
}

/** The collection of the newest generation that is complete, and its next automatic id. Others are dropped. */
export async function newestComplete(
  database: Database,
): Promise<{ readonly collection: Collection; readonly number: number; readonly nextId: number } | undefined> {
  const names = (await database.collections()).map(({ name }) => name).filter((name) => NAME.test(name));
  const numbers = [...new Set(names.map(generationOf))].sort((left, right) => right - left);
  let newest: { collection: Collection; number: number; nextId: number } | undefined;
  for (const number of numbers) {
    const collection = names.includes(nameOf(number)) ? await database.collection(nameOf(number)) : undefined;
    const complete = newest ? undefined : await collection?.sources.get(COMPLETE);
    if (collection && complete) newest = { collection, number, nextId: Number(complete.hash) };
    else await dropGeneration(database, number);
  }
  return newest;
}

function generationOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? -1);
}

async function furtherCollection(database: Database, config: CollectionConfigInput): Promise<Collection> {
  return (await database.hasCollection(config.name))
    ? database.collection(config.name)
    : database.createCollection(config);
}

async function searchIndex(plan: IndexPlan, collection: Collection | undefined): Promise<SearchIndex> {
  const info = plan.isDense ? await collection?.info() : undefined;
  return new SearchIndex(plan, info?.dense ? info.dimension : undefined);
}
