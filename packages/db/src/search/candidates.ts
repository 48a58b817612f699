import type { FusedScore, Fusion, LegName, LegScore } from "../fusion/fusion.ts";
import type { SearchMode } from "../schemas/search.ts";
import type { LegOptions, PassageRow, PassageTable, ScoredPassage } from "../tables/passage-table.ts";

/** A passage with its final score; the legs are what `explain` shows. */
export interface RankedPassage extends PassageRow, FusedScore {}

export interface CandidateRequest {
  readonly query: string;
  readonly mode: SearchMode;
  readonly where: string | undefined;
  /** Passages that each leg lists. */
  readonly depth: number;
  readonly embedQuery: () => Promise<Float32Array>;
  readonly fusion: Fusion;
  readonly time: <T>(stage: string, work: () => Promise<T>) => Promise<T>;
}

/** `complete` when no leg had more to list. */
export interface Candidates {
  readonly ranked: RankedPassage[];
  readonly complete: boolean;
}

/** Deepest that ties at the cut are followed; equal scores beyond are cut in the table's order. */
const MAX_DEPTH = 10_000;

/** Runs the legs of the mode, scores exactly what one leg missed, and ranks: score descending, then id. */
export async function findCandidates(table: PassageTable, request: CandidateRequest): Promise<Candidates> {
  if (request.mode === "hybrid") return hybrid(table, request);
  const { mode, where, depth, time, query } = request;
  const leg =
    mode === "keyword"
      ? await time("keyword", () => list((options) => table.matching(query, options), where, depth))
      : await nearest(table, request);
  return { ranked: leg.passages.map((passage, at) => single(mode, passage, at + 1)), complete: leg.complete };
}

async function hybrid(table: PassageTable, request: CandidateRequest): Promise<Candidates> {
  const { query, where, depth, embedQuery, time, fusion } = request;
  const [keyword, [vector, dense]] = await Promise.all([
    time("keyword", () => list((options) => table.matchingWithVectors(query, options), where, depth)),
    time("embed", embedQuery).then(async (vector) => [vector, await nearest(table, request, vector)] as const),
  ]);
  const rows = new Map<string, PassageRow>();
  const scores = new Map<string, { dense?: LegScore; keyword?: LegScore }>();
  for (const [at, { vector: stored, score, ...row }] of keyword.passages.entries()) {
    rows.set(row.id, row);
    scores.set(row.id, {
      keyword: { raw: score, rank: at + 1 },
      dense: { raw: settled(cosine(vector, stored)), rank: null },
    });
  }
  for (const [at, { score, ...row }] of dense.passages.entries()) {
    rows.set(row.id, row);
    scores.set(row.id, { ...scores.get(row.id), dense: { raw: score, rank: at + 1 } });
  }
  await time("exact", () => scoreMissed(table, query, scores, keyword));
  const candidates = [...scores];
  const fused = fusion(candidates.map(([, legs]) => legs));
  const ranked = candidates.flatMap(([id], at) => {
    const [row, score] = [rows.get(id), fused[at]];
    return row && score ? [{ ...row, ...score }] : [];
  });
  return { ranked: ranked.sort(byScore), complete: dense.complete && keyword.complete };
}

/** A keyword leg that listed all its matches has nothing to say about the others: their BM25 is 0. */
async function scoreMissed(
  table: PassageTable,
  query: string,
  scores: Map<string, { dense?: LegScore; keyword?: LegScore }>,
  keyword: { complete: boolean },
): Promise<void> {
  const missed = [...scores].filter(([, legs]) => !legs.keyword).map(([id]) => id);
  const found = keyword.complete || missed.length === 0 ? new Map() : await table.matchScores(query, missed);
  for (const id of missed)
    scores.set(id, { ...scores.get(id), keyword: { raw: settled(found.get(id) ?? 0), rank: null } });
}

async function nearest(table: PassageTable, request: CandidateRequest, known?: Float32Array) {
  const { where, depth, time, embedQuery } = request;
  const vector = known ?? (await time("embed", embedQuery));
  return time("dense", () => list((options) => table.nearest(vector, options), where, depth));
}

/** The best `depth` of one leg, in order. Where equal scores straddle the cut, all of them are read, so that the cut is by id. */
async function list<Passage extends ScoredPassage>(
  read: (options: LegOptions) => Promise<Passage[]>,
  where: string | undefined,
  depth: number,
): Promise<{ passages: Passage[]; complete: boolean }> {
  for (let limit = depth + 1; ; limit = Math.min(limit * 4, MAX_DEPTH)) {
    const found = await read({ where, limit });
    const passages = found.map((passage) => ({ ...passage, score: settled(passage.score) })).sort(byScore);
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

/** Two routes to the same score differ in its last bits: without them, ties are ties and pages agree with each other. */
function settled(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

function cosine(left: Float32Array, right: Float32Array): number {
  let [dot, leftNorm, rightNorm] = [0, 0, 0];
  for (const [at, value] of left.entries()) {
    const other = right[at] ?? 0;
    dot += value * other;
    leftNorm += value * value;
    rightNorm += other * other;
  }
  const norm = Math.sqrt(leftNorm * rightNorm);
  return norm === 0 ? 0 : dot / norm;
}
