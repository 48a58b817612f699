import type { FusedScore, FusionOptions, LegName, LegScores } from "./fusion.ts";
import { clip, eachLeg, listed, weigh, weightsOf } from "./weigh.ts";

const DENSE_WEIGHT = 0.5;
/** Standard deviations on either side of the mean that the scale covers. */
const DEVIATIONS = 3;

/**
 * Distribution-based score fusion (Mazzeschi 2023, as in Qdrant): the scale runs from three standard deviations below the mean of what
 * a leg lists to three above it, or to its best where that is higher, so that the best ones are not all equal.
 */
export function dbsf(candidates: readonly LegScores[], { denseWeight = DENSE_WEIGHT }: FusionOptions): FusedScore[] {
  const scales = eachLeg((name) => scaleOf(candidates, name));
  return weigh(candidates, weightsOf(denseWeight), ({ raw }, name) => scales[name](raw));
}

function scaleOf(candidates: readonly LegScores[], name: LegName): (raw: number) => number {
  const scores = listed(candidates, name);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, scores.length - 1));
  // Equal scores, or one alone, say nothing of each other.
  if (!(deviation > 0)) return (raw) => (raw < mean || scores.length === 0 ? 0 : 0.5);
  const least = mean - DEVIATIONS * deviation;
  const most = Math.max(mean + DEVIATIONS * deviation, scores.at(-1) ?? mean);
  return (raw) => clip((raw - least) / (most - least));
}
