import type { FusedScore, FusionOptions, LegScores } from "./fusion.ts";
import { weigh, weightsOf } from "./weigh.ts";

/** Cormack, Clarke, Büttcher, SIGIR 2009. */
const K = 60;
const DENSE_WEIGHT = 0.5;

/** Reciprocal rank fusion, scaled so that first in both legs is 1. A leg that did not list a candidate adds nothing. */
export function reciprocalRank(
  candidates: readonly LegScores[],
  { denseWeight = DENSE_WEIGHT, k = K }: FusionOptions,
): FusedScore[] {
  return weigh(candidates, weightsOf(denseWeight), ({ rank }) => (rank === null ? 0 : (k + 1) / (k + rank)));
}
