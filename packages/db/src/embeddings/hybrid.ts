import type { Scored } from "./scored.ts";
import { clipLogit, sigmoid, standardDeviation } from "./scoring/normalization.ts";
import type { Normalization } from "./scoring/normalization.ts";

/** What vectors and words found, each from the best down. */
export interface HybridLegs {
  readonly dense: readonly Scored[];
  readonly sparse: readonly Scored[];
}

/** What each leg counts; a leg of weight 0 is left out. */
export type HybridWeights = readonly [dense: number, sparse: number];

type Fuse = (legs: HybridLegs, weights: HybridWeights) => Map<number, number>;

/** Two legs that agree say more than one. */
const AGREEMENT = Math.SQRT2;
/** A probability of 0 or 1 has no odds. */
const EPSILON = 1e-10;

/** How legs are put together depends on what the scores of words are. */
const fusions: Readonly<Record<Normalization, Fuse>> = { share: convex, none: reciprocalRank, probability: logOdds };

/** Rows of both legs with one score, the best first; at equal scores what the dense leg has comes first. */
export function fuse(
  legs: HybridLegs,
  { normalization, weights }: { readonly normalization: Normalization; readonly weights: HybridWeights },
  limit: number,
): Scored[] {
  const [dense, sparse] = weights;
  const counted = { dense: dense > 0 ? legs.dense : [], sparse: sparse > 0 ? legs.sparse : [] };
  const scores = fusions[normalization](counted, weights);
  const rows = Array.from(scores, ([row, score]) => ({ row, score }));
  return rows.sort((left, right) => right.score - left.score).slice(0, limit);
}

/** Share of vectors in the sum, or both weights. */
export function hybridWeights(weights: number | HybridWeights = 0.5): HybridWeights {
  return typeof weights === "number" ? [weights, 1 - weights] : weights;
}

/** What a leg did not find counts 0. */
function convex({ dense, sparse }: HybridLegs, [denseWeight, sparseWeight]: HybridWeights): Map<number, number> {
  const scores = new Map<number, number>();
  for (const { row, score } of dense) add(scores, row, denseWeight * score);
  for (const { row, score } of sparse) add(scores, row, sparseWeight * score);
  return scores;
}

/** Ranks from 1, without the constant that is usual elsewhere: the first counts twice the second. */
function reciprocalRank(legs: HybridLegs, [denseWeight, sparseWeight]: HybridWeights): Map<number, number> {
  const scores = new Map<number, number>();
  for (const [at, { row }] of legs.dense.entries()) add(scores, row, denseWeight / (at + 1));
  for (const [at, { row }] of legs.sparse.entries()) add(scores, row, sparseWeight / (at + 1));
  return scores;
}

/** Cosines become evidence, deviations from their median; weighted evidence of both is added up and becomes a probability. */
function logOdds({ dense, sparse }: HybridLegs, [denseWeight, sparseWeight]: HybridWeights): Map<number, number> {
  const cosines = dense.map(({ score }) => score).toSorted((left, right) => left - right);
  const middle = cosines[cosines.length >> 1] ?? 0;
  const deviation = standardDeviation(cosines);
  const evidence = new Map<number, number>();
  for (const { row, score } of dense) {
    const logit = clipLogit((score - middle) / (deviation > 0 ? deviation : 1));
    evidence.set(row, denseWeight * logit);
  }
  for (const { row, score } of sparse) {
    const known = evidence.get(row);
    const probability = Math.min(1 - EPSILON, Math.max(EPSILON, score));
    const logit = sparseWeight * Math.log(probability / (1 - probability));
    evidence.set(row, known === undefined ? logit : AGREEMENT * (known + logit));
  }
  return new Map(Array.from(evidence, ([row, logit]) => [row, sigmoid(logit)]));
}

function add(scores: Map<number, number>, row: number, score: number): void {
  scores.set(row, (scores.get(row) ?? 0) + score);
}
