import { DbError } from "../errors.ts";
import { fusions } from "../fusion/fusion.ts";
import { both, quote } from "../tables/sql.ts";
import { metrics } from "../vectors/metric.ts";
import { findCandidates } from "./candidates.ts";
import type { CandidateRequest, Candidates, RankedPassage } from "./candidates.ts";
import { diversify } from "./diversify.ts";
import type { ReadQuery } from "./query-syntax.ts";
import { rerank } from "./rerank.ts";
import { resolveQuery } from "./resolve-query.ts";
import type { ModedRequest } from "./search-request.ts";
import type { SearchOptions, SearchSources } from "./search-sources.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { whereOf } from "./where.ts";
import { windowEntries } from "./windows.ts";

/** Passages each leg lists at least. */
const MIN_DEPTH = 100;
/** The same for methods that score a passage by what else is listed: other depths give other orders. */
const RELATIVE_DEPTH = 400;
/** Passages a leg lists for each entry that can be paged to. */
const DEPTH_PER_ENTRY = 2;
/** Deepest search, for documents of so many passages that few of them fill a page. */
const MAX_DEPTH = 10_000;
/** Hits that are compared with each other for diversity, for each one that is shown, and at least. */
const POOL_PER_HIT = 4;
const MIN_POOL = 50;

export interface RankOptions extends SearchOptions {
  readonly stopwatch: Stopwatch;
  /** How many are to be found, where there are as many. */
  readonly entries: number;
}

export interface Ranking extends Pick<Candidates, "exact" | "fuzzy"> {
  /** The best, in order, and no one missing between them. */
  readonly ranked: readonly RankedPassage[];
  /** There are no others. */
  readonly ended: boolean;
  /** What the keyword leg looked for besides the query. */
  readonly expanded?: readonly string[];
}

/** Everything that decides the order of hits. */
export async function rank(sources: SearchSources, request: ModedRequest, options: RankOptions): Promise<Ranking> {
  const { stopwatch, signal, reranker } = options;
  const found = await rankByLegs(sources, request, options);
  let { ranked, ended } = found;
  if (request.rerank) {
    if (reranker === undefined) throw noReranker();
    const { query = "", rerank: asked } = request;
    const best = ranked.slice(0, asked.depth);
    ended = true;
    ranked = await stopwatch.time("rerank", () => rerank(sources, best, { query, reranker, signal }));
  }
  if (request.min_score !== undefined) {
    const least = request.min_score;
    const good = ranked.filter(({ score }) => score >= least);
    ended ||= good.length < ranked.length;
    ranked = good;
  }
  if (request.diversity > 0) ranked = await stopwatch.time("diversify", () => diversified(sources, request, ranked));
  return { ...found, ranked, ended };
}

/**
 * Deeper while too few entries are certain, or too few documents are among the passages found, and there is more to find: however
 * large a page is, it shows the same order.
 */
async function rankByLegs(
  sources: SearchSources,
  request: ModedRequest,
  { stopwatch, signal, synonyms, entries: wanted }: RankOptions,
): Promise<Ranking> {
  const { table } = sources;
  const time: CandidateRequest["time"] = (stage, work) => stopwatch.time(stage, work);
  const filter = await time("filter", () => whereOf(sources, request.filter));
  const { query, where } =
    request.like === undefined
      ? await time("query", () => resolveQuery(sources, request, { filter, synonyms }))
      : { query: NO_WORDS, where: both(filter, `doc_id <> ${quote(request.like)}`) };
  const { method = "convex", dense_weight: denseWeight, k } = request.fusion ?? {};
  const base: Omit<CandidateRequest, "depth"> = {
    query,
    mode: request.mode,
    vectors: request.vectors,
    where,
    allMatching: once(() => table.allMatching(query, where)),
    embedQuery: once(() => vectorOf(sources, request, query.text, signal)),
    fuse: (legs) => fusions[method](legs, { metric: table.space(request.vectors).metric, denseWeight, k }),
    enough: request.typos ? request.limit : 0,
    time,
  };
  const isRelative = request.mode === "hybrid" && method !== "convex";
  const pool = request.diversity > 0 ? poolOf(request.limit) : 0;
  const needed = isRelative ? windowEntries(request.limit) : wanted;
  const entries = Math.max(needed, request.rerank?.depth ?? 0, pool);
  const least = isRelative ? RELATIVE_DEPTH : MIN_DEPTH;
  for (let depth = Math.max(least, DEPTH_PER_ENTRY * entries); ; depth *= 4) {
    const found = await findCandidates(table, { ...base, depth: Math.min(depth, MAX_DEPTH) });
    const { ranked, complete, bound, exact, fuzzy } = found;
    const hits = request.level === "document" ? bestPassages(ranked) : ranked;
    const kept = { exact, fuzzy, ...(query.expansions && { expanded: query.expansions.map(({ text }) => text) }) };
    if (complete || depth >= MAX_DEPTH) return { ranked: hits, ended: true, ...kept };
    if (isRelative) {
      if (hits.length >= entries) return { ranked: hits, ended: true, ...kept };
      continue;
    }
    const certain = hits.filter(({ score }) => score > bound);
    if (certain.length >= entries) return { ranked: certain, ended: false, ...kept };
  }
}

const NO_WORDS: ReadQuery = { text: "", constraints: [], prefixes: [] };

async function diversified(
  { table }: SearchSources,
  { limit, diversity, vectors }: ModedRequest,
  ranked: readonly RankedPassage[],
): Promise<RankedPassage[]> {
  const pool = ranked.slice(0, poolOf(limit));
  const ids = pool.map(({ id }) => id);
  const order = diversify(pool, await table.vectorsOf(ids, vectors), diversity);
  return [...order, ...ranked.slice(pool.length)];
}

function poolOf(limit: number): number {
  return Math.max(MIN_POOL, POOL_PER_HIT * limit);
}

/** Of the query, or the mean of a document's vectors. */
async function vectorOf(
  sources: SearchSources,
  { like, vectors }: ModedRequest,
  text: string,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  if (like !== undefined) return meanVector(sources, like, vectors);
  const { metric } = sources.table.space(vectors);
  const options = { normalize: metrics[metric].isScaled, ...(signal && { signal }) };
  return (await sources.embedder(vectors)).embedQuery(text, options);
}

async function meanVector(
  { catalogue, collectionId, table }: SearchSources,
  id: string,
  vectors: string | undefined,
): Promise<Float32Array> {
  const versions = await catalogue.versions(collectionId, [id]);
  const found = [...(await table.vectorsAt([...versions.values()], vectors)).values()];
  const [first] = found;
  if (first === undefined) {
    throw new DbError("query_invalid", "There is no document with this id to compare others with.", {
      details: { pointer: "/like" },
    });
  }
  return first.map((_, at) => found.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / found.length);
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}

function bestPassages(ranked: readonly RankedPassage[]): RankedPassage[] {
  const seen = new Set<string>();
  return ranked.filter(({ documentId }) => !seen.has(documentId) && seen.add(documentId));
}

function noReranker(): DbError {
  return new DbError("query_invalid", "There is nothing to rerank by.", {
    hint: "Give `search` a reranker, or the server a cross-encoder.",
    details: { pointer: "/rerank" },
  });
}
