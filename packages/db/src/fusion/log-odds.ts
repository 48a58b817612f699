import type { FusedLeg, FusedScore, FusionOptions, LegName, LegScores } from "./fusion.ts";
import { eachLeg, LEGS, listed, weightsOf } from "./weigh.ts";

const DENSE_WEIGHT = 0.5;
/** Deviations beyond say nothing more, and their probability could not be told from 1. */
const MOST = 16;
/** Two legs that agree say more than one: their evidence is scaled as independent deviations add up. */
const AGREEMENT = Math.SQRT2;

/**
 * Each leg's score becomes evidence, its distance from the median of what the leg lists in standard deviations; weighted evidence is
 * added up and becomes a probability. After txtai's `bb25`, with exact scores for what one leg did not list.
 */
export function logOdds(candidates: readonly LegScores[], { denseWeight = DENSE_WEIGHT }: FusionOptions): FusedScore[] {
  const weights = weightsOf(denseWeight);
  const evidence = eachLeg((name) => evidenceOf(candidates, name));
  return candidates.map((candidate) => {
    const legs: Partial<Record<LegName, FusedLeg>> = {};
    let sum = 0;
    for (const name of LEGS) {
      const leg = candidate[name];
      if (!leg) continue;
      const logit = evidence[name](leg.raw);
      legs[name] = { ...leg, normalized: sigmoid(logit), weight: weights[name] };
      sum += weights[name] * logit;
    }
    const isBoth = legs.dense !== undefined && legs.keyword !== undefined;
    return { score: sigmoid(isBoth ? AGREEMENT * sum : sum), legs };
  });
}

function evidenceOf(candidates: readonly LegScores[], name: LegName): (raw: number) => number {
  const scores = listed(candidates, name);
  const median = scores[Math.floor(scores.length / 2)] ?? 0;
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length);
  const deviation = Math.sqrt(variance);
  return (raw) => (deviation > 0 ? Math.max(-MOST, Math.min(MOST, (raw - median) / deviation)) : 0);
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
