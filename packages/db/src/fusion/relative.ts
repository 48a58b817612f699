import type { FusedScore, FusionOptions, LegName, LegScores } from "./fusion.ts";
import { clip, eachLeg, listed, weigh, weightsOf } from "./weigh.ts";

const DENSE_WEIGHT = 0.5;

/** Relative score fusion, as in Weaviate: the worst that a leg lists is 0, the best 1. Other depths give other scores. */
export function relative(
  candidates: readonly LegScores[],
  { denseWeight = DENSE_WEIGHT }: FusionOptions,
): FusedScore[] {
  const scales = eachLeg((name) => scaleOf(candidates, name));
  return weigh(candidates, weightsOf(denseWeight), ({ raw }, name) => scales[name](raw));
}

function scaleOf(candidates: readonly LegScores[], name: LegName): (raw: number) => number {
  const scores = listed(candidates, name);
  const [least, best] = [Math.min(...scores), Math.max(...scores)];
  // Equal scores are all the best.
  if (!(best > least)) return (raw) => (raw >= best ? 1 : 0);
  return (raw) => clip((raw - least) / (best - least));
}
