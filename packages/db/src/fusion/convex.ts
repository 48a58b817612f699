import type { FusedLeg, FusedScore, LegName, LegScores } from "./fusion.ts";

/** Share of each leg. Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023: 0.8 semantic. */
const WEIGHTS: Readonly<Record<LegName, number>> = { dense: 0.8, keyword: 0.2 };
/** Least value that the measure can take: cosine −1, BM25 0. It does not depend on how many candidates were fetched. */
const MINIMA: Readonly<Record<LegName, number>> = { dense: -1, keyword: 0 };

/**
 * Convex combination with theoretical minima (TM2C2 in the paper): x' = (x − min) / (max − min), where max is the query's best.
 * Since neither bound depends on the number of candidates, a deeper search gives every candidate the same score.
 */
export function convex(candidates: readonly LegScores[]): FusedScore[] {
  const best = { dense: highest(candidates, "dense"), keyword: highest(candidates, "keyword") };
  return candidates.map((candidate) => {
    const legs: Partial<Record<LegName, FusedLeg>> = {};
    let score = 0;
    for (const name of ["dense", "keyword"] as const) {
      const leg = candidate[name];
      if (!leg) continue;
      const normalized = scale(leg.raw, MINIMA[name], best[name]);
      legs[name] = { ...leg, normalized, weight: WEIGHTS[name] };
      score += WEIGHTS[name] * normalized;
    }
    return { score, legs };
  });
}

function highest(candidates: readonly LegScores[], name: LegName): number {
  return candidates.reduce((best, candidate) => Math.max(best, candidate[name]?.raw ?? MINIMA[name]), MINIMA[name]);
}

/** A leg where nothing rises above the minimum says nothing about any candidate. */
function scale(value: number, least: number, best: number): number {
  return best > least ? (value - least) / (best - least) : 0;
}
