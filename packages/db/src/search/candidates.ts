import type { FusedScore, LegName, LegScore, LegScores } from "../fusion/fusion.ts";
import type { SearchMode } from "../schemas/search.ts";
import type { PassageRow, ScoredPassage } from "../tables/passage-row.ts";
import type { LegOptions, PassageReads } from "../tables/passage-reads.ts";
import type { TextMatches } from "../tables/text-matches.ts";
import { byScore, list } from "./list-leg.ts";
import { keywordLeg } from "./keyword-leg.ts";
import type { KeywordLeg } from "./keyword-leg.ts";
import type { ReadQuery } from "./query-syntax.ts";

/** A passage with its final score; the legs are what `explain` shows. */
export interface RankedPassage extends PassageRow, FusedScore {
  /** Score and rank before a model scored it anew. */
  readonly rerank?: { readonly score: number; readonly rank: number };
  /** Largest cosine to a better one, where that counts. */
  readonly redundancy?: number;
}

export interface CandidateRequest {
  readonly query: ReadQuery;
  readonly mode: SearchMode;
  /** Which vectors; the collection's own when absent. */
  readonly vectors: string | undefined;
  readonly where: string | undefined;
  /** Passages that each leg lists. */
  readonly depth: number;
  /** Everything that has words of the query, where the table has it at hand; asked for once, however deep the search goes. */
  readonly allMatching: () => Promise<TextMatches | undefined>;
  readonly embedQuery: () => Promise<Float32Array>;
  readonly fuse: (candidates: readonly LegScores[]) => FusedScore[];
  /** A keyword leg that lists fewer passages looks for similar words, too. */
  readonly enough: number;
  readonly time: <T>(stage: string, work: () => Promise<T>) => Promise<T>;
}

export interface Candidates {
  readonly ranked: RankedPassage[];
  /** There are no others. */
  readonly complete: boolean;
  /** Every vector that matches the filter was scored, where vectors count at all. */
  readonly exact: boolean;
  /** Some have similar words only. */
  readonly fuzzy: boolean;
  /** What no leg lists has at most this score; a deeper search may put something beside those that have less. */
  readonly bound: number;
}

/** Runs the legs of the mode, scores exactly what one leg missed, and ranks: score descending, then id. */
export async function findCandidates(table: PassageReads, request: CandidateRequest): Promise<Candidates> {
  if (request.mode === "hybrid") return hybrid(table, request);
  const { mode, depth, time } = request;
  if (mode === "dense") {
    const { passages, complete, exact } = await nearest(table, request);
    const ranked = passages.map((passage, at) => single(mode, passage, at + 1));
    return { ranked, complete, exact, fuzzy: false, bound: Number.NEGATIVE_INFINITY };
  }
  const { passages, complete, fuzzy } = await time("keyword", () => keywordLeg(table, request, depth));
  const ranked = passages.map((passage, at) => single(mode, passage, at + 1, fuzzy.has(passage.id)));
  return { ranked, complete, exact: true, fuzzy: fuzzy.size > 0, bound: Number.NEGATIVE_INFINITY };
}

async function hybrid(table: PassageReads, request: CandidateRequest): Promise<Candidates> {
  const { query, vectors, depth, embedQuery, time, fuse } = request;
  const [keyword, [vector, dense]] = await Promise.all([
    time("keyword", () => keywordLeg(table, request, depth)),
    time("embed", embedQuery).then(async (vector) => [vector, await nearest(table, request, vector)] as const),
  ]);
  const listed = { dense: dense.passages, keyword: keyword.passages };
  const rows = new Map<string, PassageRow>();
  const ranks = { dense: new Map<string, LegScore>(), keyword: new Map<string, LegScore>() };
  for (const leg of ["dense", "keyword"] as const) {
    for (const [at, passage] of listed[leg].entries()) {
      rows.set(passage.id, passage);
      const isFuzzy = leg === "keyword" && keyword.fuzzy.has(passage.id);
      ranks[leg].set(passage.id, { raw: passage.score, rank: at + 1, ...(isFuzzy && { fuzzy: true }) });
    }
  }
  await time("exact", async () => {
    const scores = await table.vectorScores(vector, missing(rows, ranks.dense), { vectors });
    for (const [id, score] of scores) ranks.dense.set(id, { raw: score, rank: null });
    const unmatched = missing(rows, ranks.keyword);
    const matches = await matchScores(table, query, unmatched, keyword);
    for (const id of unmatched) ranks.keyword.set(id, { raw: matches.get(id) ?? 0, rank: null });
  });
  const candidates = Array.from(rows.values(), (row) => ({ row, legs: legsOf(row.id, ranks) }));
  const scores = fuse([...candidates.map(({ legs }) => legs), unlisted(listed, keyword.complete)]);
  const fused = scores.slice(0, -1);
  const ranked = candidates.flatMap(({ row }, at) => (fused[at] ? [{ ...row, ...fused[at] }] : []));
  return {
    ranked: ranked.sort(byScore),
    complete: dense.complete,
    exact: dense.exact,
    fuzzy: keyword.fuzzy.size > 0,
    bound: scores.at(-1)?.score ?? Number.NEGATIVE_INFINITY,
  };
}

/** The best that a passage can be which neither leg has listed. */
function unlisted(
  { dense, keyword }: Readonly<Record<LegName, readonly ScoredPassage[]>>,
  hasAllMatches: boolean,
): LegScores {
  const raw = hasAllMatches ? 0 : (keyword.at(-1)?.score ?? 0);
  return { dense: { raw: dense.at(-1)?.score ?? 0, rank: null }, keyword: { raw, rank: null } };
}

function missing(rows: ReadonlyMap<string, unknown>, ranked: ReadonlyMap<string, unknown>): string[] {
  return [...rows.keys()].filter((id) => !ranked.has(id));
}

/** BM25 of what the leg did not list; what has no word of the query has 0. */
async function matchScores(
  table: PassageReads,
  query: ReadQuery,
  missed: readonly string[],
  { complete, all }: KeywordLeg,
): Promise<ReadonlyMap<string, number>> {
  if (complete || missed.length === 0) return new Map();
  return all ? new Map(missed.map((id) => [id, all.score(id)])) : table.matchScores(query, missed);
}

function legsOf(id: string, ranks: Readonly<Record<LegName, ReadonlyMap<string, LegScore>>>): LegScores {
  const [dense, keyword] = [ranks.dense.get(id), ranks.keyword.get(id)];
  return { ...(dense && { dense }), ...(keyword && { keyword }) };
}

async function nearest(table: PassageReads, request: CandidateRequest, known?: Float32Array) {
  const { vectors, where, depth, time, embedQuery } = request;
  const vector = known ?? (await time("embed", embedQuery));
  let exact = true;
  const read = async (options: LegOptions) => {
    const found = await table.nearest(vector, { ...options, vectors });
    exact = found.exact;
    return found.passages;
  };
  const listed = await time("dense", () => list(read, where, depth));
  return { ...listed, exact };
}

function single(name: LegName, { score, ...row }: ScoredPassage, rank: number, fuzzy = false): RankedPassage {
  const leg = { raw: score, rank, normalized: score, weight: 1, ...(fuzzy && { fuzzy }) };
  return { ...row, score, legs: { [name]: leg } };
}
