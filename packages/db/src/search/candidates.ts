import type { FusedScore, Fusion, LegName, LegScore, LegScores } from "../fusion/fusion.ts";
import type { SearchMode } from "../schemas/search.ts";
import type { PassageRow, ScoredPassage } from "../tables/passage-row.ts";
import type { LegOptions, PassageReads } from "../tables/passage-reads.ts";

/** A passage with its final score; the legs are what `explain` shows. */
export interface RankedPassage extends PassageRow, FusedScore {}

export interface CandidateRequest {
  readonly query: string;
  readonly mode: SearchMode;
  /** Which vectors; the collection's own when absent. */
  readonly vectors: string | undefined;
  readonly where: string | undefined;
  /** Passages that each leg lists. */
  readonly depth: number;
  readonly embedQuery: () => Promise<Float32Array>;
  readonly fusion: Fusion;
  readonly time: <T>(stage: string, work: () => Promise<T>) => Promise<T>;
}

export interface Candidates {
  readonly ranked: RankedPassage[];
  /** No leg had more to list. */
  readonly complete: boolean;
  /** Every vector that matches the filter was scored, where vectors count at all. */
  readonly exact: boolean;
}

/** Of a table this small the keyword leg lists all matches: that costs 1 ms, and asking for the scores of single passages 4 ms. */
const SMALL_TABLE_ROWS = 4_000;
/** Deepest that ties at the cut are followed; equal scores beyond are cut in the table's order. */
const MAX_DEPTH = 10_000;

/** Runs the legs of the mode, scores exactly what one leg missed, and ranks: score descending, then id. */
export async function findCandidates(table: PassageReads, request: CandidateRequest): Promise<Candidates> {
  if (request.mode === "hybrid") return hybrid(table, request);
  const { mode, where, depth, time, query } = request;
  const leg =
    mode === "keyword"
      ? {
          exact: true,
          ...(await time("keyword", () => list((options) => table.matching(query, options), where, depth))),
        }
      : await nearest(table, request);
  const { passages, complete, exact } = leg;
  return { ranked: passages.map((passage, at) => single(mode, passage, at + 1)), complete, exact };
}

async function hybrid(table: PassageReads, request: CandidateRequest): Promise<Candidates> {
  const { query, vectors, where, depth, embedQuery, time, fusion } = request;
  const matching = (options: LegOptions) => table.matching(query, options);
  const [keyword, [vector, dense]] = await Promise.all([
    time("keyword", async () => list(matching, where, await keywordDepth(table, depth))),
    time("embed", embedQuery).then(async (vector) => [vector, await nearest(table, request, vector)] as const),
  ]);
  const listed = { dense: dense.passages, keyword: keyword.passages.slice(0, depth) };
  const rows = new Map<string, PassageRow>();
  const ranks = { dense: new Map<string, LegScore>(), keyword: new Map<string, LegScore>() };
  for (const leg of ["dense", "keyword"] as const) {
    for (const [at, passage] of listed[leg].entries()) {
      rows.set(passage.id, passage);
      ranks[leg].set(passage.id, { raw: passage.score, rank: at + 1 });
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
  const fused = fusion(
    candidates.map(({ legs }) => legs),
    table.space(vectors).metric,
  );
  const ranked = candidates.flatMap(({ row }, at) => (fused[at] ? [{ ...row, ...fused[at] }] : []));
  return {
    ranked: ranked.sort(byScore),
    complete: dense.complete && keyword.complete && keyword.passages.length <= depth,
    exact: dense.exact,
  };
}

function missing(rows: ReadonlyMap<string, unknown>, ranked: ReadonlyMap<string, unknown>): string[] {
  return [...rows.keys()].filter((id) => !ranked.has(id));
}

async function keywordDepth(table: PassageReads, depth: number): Promise<number> {
  return (await table.countRows()) <= SMALL_TABLE_ROWS ? Math.max(depth, SMALL_TABLE_ROWS) : depth;
}

/** BM25 of what the leg did not rank among its best: it may have listed it further down, and what it did not match has 0. */
async function matchScores(
  table: PassageReads,
  query: string,
  missed: readonly string[],
  keyword: { readonly passages: readonly ScoredPassage[]; readonly complete: boolean },
): Promise<Map<string, number>> {
  const known = new Map(keyword.passages.map(({ id, score }) => [id, score]));
  const unknown = keyword.complete ? [] : missed.filter((id) => !known.has(id));
  if (unknown.length === 0) return known;
  return new Map([...known, ...(await table.matchScores(query, unknown))]);
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

/** The best `depth` of one leg, in order. Where equal scores straddle the cut, all of them are read, so that the cut is by id. */
async function list<Passage extends ScoredPassage>(
  read: (options: LegOptions) => Promise<Passage[]>,
  where: string | undefined,
  depth: number,
): Promise<{ passages: Passage[]; complete: boolean }> {
  for (let limit = depth + 1; ; limit = Math.min(limit * 4, MAX_DEPTH)) {
    const passages = (await read({ where, limit })).sort(byScore);
    const complete = passages.length < limit;
    const tied = passages[depth - 1]?.score === passages.at(-1)?.score;
    if (complete || !tied || limit >= MAX_DEPTH) {
      return { passages: passages.slice(0, depth), complete: passages.length <= depth };
    }
  }
}

function single(name: LegName, { score, ...row }: ScoredPassage, rank: number): RankedPassage {
  return { ...row, score, legs: { [name]: { raw: score, rank, normalized: score, weight: 1 } } };
}

function byScore(left: PassageRow & { score: number }, right: PassageRow & { score: number }): number {
  if (left.score !== right.score) return right.score - left.score;
  if (left.documentId !== right.documentId) return left.documentId < right.documentId ? -1 : 1;
  return left.chunkNo - right.chunkNo;
}
