import type { FusedLeg, FusedScore, LegName, LegScores } from "./fusion.ts";

/** Cormack, Clarke, Büttcher, SIGIR 2009. */
const K = 60;
const WEIGHT = 0.5;

/** Reciprocal rank fusion, scaled so that first in both legs is 1. A leg that did not list a candidate adds nothing. */
export function reciprocalRank(candidates: readonly LegScores[]): FusedScore[] {
  return candidates.map((candidate) => {
    const legs: Partial<Record<LegName, FusedLeg>> = {};
    let score = 0;
    for (const name of ["dense", "keyword"] as const) {
      const leg = candidate[name];
      if (!leg) continue;
      const normalized = leg.rank === null ? 0 : (K + 1) / (K + leg.rank);
      legs[name] = { ...leg, normalized, weight: WEIGHT };
      score += WEIGHT * normalized;
    }
    return { score, legs };
  });
}
