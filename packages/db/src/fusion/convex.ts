import { metrics } from "../vectors/metric.ts";
import type { FusedScore, FusionOptions, LegName, LegScores } from "./fusion.ts";
import { eachLeg, weigh, weightsOf } from "./weigh.ts";

/** Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023: 0.8 semantic. */
const DENSE_WEIGHT = 0.8;
/** Least BM25. */
const LEAST_BM25 = 0;

/**
 * Convex combination with theoretical minima (TM2C2 in the paper): x' = (x − min) / (max − min), where max is the query's best.
 * Since neither bound depends on the number of candidates, a deeper search gives every candidate the same score.
 */
export function convex(
  candidates: readonly LegScores[],
  { metric, denseWeight = DENSE_WEIGHT }: FusionOptions,
): FusedScore[] {
  const best = eachLeg((name) => highest(candidates, name));
  const least = { dense: metrics[metric].least(best.dense), keyword: LEAST_BM25 };
  return weigh(candidates, weightsOf(denseWeight), ({ raw }, name) => scale(raw, least[name], best[name]));
}

function highest(candidates: readonly LegScores[], name: LegName): number {
  const scores = candidates.flatMap((candidate) => candidate[name]?.raw ?? []);
  return scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY);
}

/** A leg where nothing rises above the minimum says nothing about any candidate. What lies below an estimated minimum has none of it. */
function scale(value: number, least: number, best: number): number {
  return best > least ? Math.max(0, (value - least) / (best - least)) : 0;
}
