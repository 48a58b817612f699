import type { FusedScore, FusionOptions, LegName, LegScores } from "./fusion.ts";
import { clip, eachLeg, listed, weigh, weightsOf } from "./weigh.ts";

const DENSE_WEIGHT = 0.5;

/**
 * The sum that txtai makes: the dense score as it is, BM25 over its best, and nothing for what a leg did not list. (txtai divides
 * BM25 by a bound that it takes from statistics of its own index.)
 */
export function txtai(candidates: readonly LegScores[], { denseWeight = DENSE_WEIGHT }: FusionOptions): FusedScore[] {
  const best = eachLeg((name: LegName) => (name === "dense" ? 1 : Math.max(...listed(candidates, name))));
  return weigh(candidates, weightsOf(denseWeight), ({ raw, rank }, name) =>
    rank === null || !(best[name] > 0) ? 0 : clip(raw / best[name]),
  );
}
