import type { FusedLeg, FusedScore, LegName, LegScore, LegScores } from "./fusion.ts";

export const LEGS = ["dense", "keyword"] as const satisfies readonly LegName[];

export type Weights = Readonly<Record<LegName, number>>;

export function weightsOf(denseWeight: number): Weights {
  return { dense: denseWeight, keyword: 1 - denseWeight };
}

/** Σ weight × normalized over the legs that took part. */
export function weigh(
  candidates: readonly LegScores[],
  weights: Weights,
  normalize: (leg: LegScore, name: LegName) => number,
): FusedScore[] {
  return candidates.map((candidate) => {
    const legs: Partial<Record<LegName, FusedLeg>> = {};
    let score = 0;
    for (const name of LEGS) {
      const leg = candidate[name];
      if (!leg) continue;
      const normalized = normalize(leg, name);
      legs[name] = { ...leg, normalized, weight: weights[name] };
      score += weights[name] * normalized;
    }
    return { score, legs };
  });
}

/**
 * Scores that the leg has listed itself, from low to high, so that sums do not depend on the order of candidates. What was scored
 * exactly afterwards depends on the other leg.
 */
export function listed(candidates: readonly LegScores[], name: LegName): number[] {
  const scores = candidates.flatMap((candidate) => {
    const leg = candidate[name];
    return leg && leg.rank !== null ? [leg.raw] : [];
  });
  return scores.sort((left, right) => left - right);
}

export function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** One function a leg, made once for all candidates. */
export function eachLeg<Value>(make: (name: LegName) => Value): Readonly<Record<LegName, Value>> {
  return { dense: make("dense"), keyword: make("keyword") };
}
