import type { Metric } from "../schemas/metric.ts";
import { metrics } from "../vectors/metric.ts";
import type { FusedLeg, FusedScore, LegName, LegScores } from "./fusion.ts";

/** Share of each leg. Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023: 0.8 semantic. */
const WEIGHTS: Readonly<Record<LegName, number>> = { dense: 0.8, keyword: 0.2 };
/** Least BM25. */
const LEAST_BM25 = 0;

/**
 * Convex combination with theoretical minima (TM2C2 in the paper): x' = (x − min) / (max − min), where max is the query's best.
 * Since neither bound depends on the number of candidates, a deeper search gives every candidate the same score.
 */
export function convex(candidates: readonly LegScores[], metric: Metric): FusedScore[] {
  const best = { dense: highest(candidates, "dense"), keyword: highest(candidates, "keyword") };
  const least = { dense: metrics[metric].least(best.dense), keyword: LEAST_BM25 };
  return candidates.map((candidate) => {
    const legs: Partial<Record<LegName, FusedLeg>> = {};
    let score = 0;
    for (const name of ["dense", "keyword"] as const) {
      const leg = candidate[name];
      if (!leg) continue;
      const normalized = scale(leg.raw, least[name], best[name]);
      legs[name] = { ...leg, normalized, weight: WEIGHTS[name] };
      score += WEIGHTS[name] * normalized;
    }
    return { score, legs };
  });
}

function highest(candidates: readonly LegScores[], name: LegName): number {
  const scores = candidates.flatMap((candidate) => candidate[name]?.raw ?? []);
  return scores.reduce((best, score) => Math.max(best, score), Number.NEGATIVE_INFINITY);
}

/** A leg where nothing rises above the minimum says nothing about any candidate. What lies below an estimated minimum has none of it. */
function scale(value: number, least: number, best: number): number {
  return best > least ? Math.max(0, (value - least) / (best - least)) : 0;
}
