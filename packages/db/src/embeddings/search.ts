import { DbError } from "../errors.ts";
import type { EmbeddingsId } from "./embeddings-document.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import { embedderOf } from "./generation.ts";
import type { Generation } from "./generation.ts";
import { hybridWeights } from "./hybrid.ts";
import type { HybridWeights } from "./hybrid.ts";
import type { IndexRows } from "./index-rows.ts";
import { scaled } from "./models.ts";
import type { RowSearch, SearchIndex } from "./search-index.ts";
import type { QueryParameters } from "./sql/bindings.ts";
import { compileStatement } from "./sql/compile-statement.ts";
import { customFunctions } from "./sql/functions.ts";
import { namesOf } from "./sql/names.ts";
import { isStatement, parseStatement } from "./sql/parse-statement.ts";
import type { ResultRow } from "./sql/section-tables.ts";

/** A text, or a vector in the place of one. */
export type EmbeddingsQuery = string | Float32Array;

export interface EmbeddingsSearch {
  /** @default 3; 0 is the default too */
  readonly limit?: number | undefined;
  /** Share of vectors in hybrid scores, or both weights. @default 0.5 */
  readonly weights?: number | HybridWeights | undefined;
  /** A further index. */
  readonly index?: string | undefined;
  /** Values for `:name` in a statement. */
  readonly parameters?: QueryParameters | undefined;
}

export const DEFAULT_LIMIT = 3;

export type ResultPair = readonly [id: EmbeddingsId, score: number];

/** Rows with content, else ids and scores; the best first. @throws {DbError} `query_invalid` */
export async function searchGeneration(
  generation: Generation,
  query: EmbeddingsQuery,
  { options, ...asked }: EmbeddingsSearch & { readonly options: EmbeddingsOptions },
): Promise<ResultRow[] | ResultPair[]> {
  const limit = requireLimit(asked.limit || DEFAULT_LIMIT);
  const { rows } = generation;
  if (rows.tables && typeof query === "string" && isStatement(query)) {
    return runStatement(generation, query, { ...asked, limit, options });
  }
  const prepared = await prepare(generation, { query, weights: asked.weights, index: asked.index, position: 0 });
  const found = prepared.index.search({ ...prepared.search, limit, eligible: undefined });
  const texts = rows.tables?.texts(found.map(({ row }) => row));
  if (!texts) return found.flatMap(({ row, score }) => pair(rows, row, score));
  return found.map(({ row, score }) => ({ id: "", text: "", ...texts.get(row), score }));
}

function pair(rows: IndexRows, row: number, score: number): ResultPair[] {
  const facts = rows.facts(row);
  return facts ? [[facts.id, score]] : [];
}

async function runStatement(
  generation: Generation,
  text: string,
  { options, limit, ...asked }: EmbeddingsSearch & { readonly limit: number; readonly options: EmbeddingsOptions },
): Promise<ResultRow[]> {
  const { tables } = generation.rows;
  if (!tables) return [];
  const compiled = compileStatement(parseStatement(text), {
    parameters: asked.parameters,
    functions: customFunctions(options.functions),
    expressions: namesOf(options.expressions),
    limit,
  });
  const prepared = [];
  for (const { query, weights = asked.weights, index = asked.index, at, candidates } of compiled.searches) {
    prepared.push({ candidates, ...(await prepare(generation, { query, weights, index, position: at })) });
  }
  await tables.free();
  // From here on nothing is waited for, so that rows, searches and answer belong together.
  const eligible = tables.eligible(compiled);
  return tables.run(
    compiled,
    prepared.map(({ index, search, candidates }) => index.search({ ...search, limit: candidates, eligible })),
  );
}

interface Prepared {
  readonly index: SearchIndex;
  readonly search: Omit<RowSearch, "limit" | "eligible">;
}

interface Asked {
  readonly query: EmbeddingsQuery;
  readonly weights: number | HybridWeights | undefined;
  readonly index: string | undefined;
  /** Where it is asked, in a statement. */
  readonly position: number;
}

/** The index to search, and the query's vector where it counts. */
async function prepare(generation: Generation, { query, weights, index: name, position }: Asked): Promise<Prepared> {
  const { rows } = generation;
  const index = rows.index(name, position);
  requireWeights(weights, position);
  if (index.plan.isDense && !index.dense) {
    throw new DbError("collection_model_mismatch", "The index was made without vectors.", {
      hint: "Call index or reindex, which makes them.",
    });
  }
  if (typeof query !== "string") {
    if (index.dense?.dimension === query.length)
      return { index, search: { text: undefined, vector: scaled(query), weights } };
    throw new DbError("query_invalid", "The vector does not have the dimension of the index.", {
      details: { position, dimension: index.dense?.dimension ?? 0 },
    });
  }
  const counts = index.dense && (!index.terms || hybridWeights(weights)[0] > 0);
  const embedder = counts ? await embedderOf(generation, nameOf(rows, index)) : undefined;
  return { index, search: { text: query, vector: await embedder?.embedQuery(query), weights } };
}

function nameOf({ main, further }: IndexRows, index: SearchIndex): string | undefined {
  return index === main ? undefined : [...further].find(([, other]) => other === index)?.[0];
}

function requireLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new DbError("query_invalid", "The limit must be a whole number from 1.", { details: { position: 0 } });
}

function requireWeights(weights: number | HybridWeights | undefined, position: number): void {
  if (hybridWeights(weights).every((weight) => weight >= 0 && weight <= 1)) return;
  throw new DbError("query_invalid", "Weights are numbers from 0 to 1.", { details: { position } });
}
