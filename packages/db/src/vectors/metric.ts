import type { Metric } from "../schemas/metric.ts";
import { roundScore } from "../tables/passage-row.ts";
import type { ScoreKind } from "./score-module.ts";

/** How vectors are compared. Scores grow with likeness, whatever the metric. */
export interface MetricMeaning {
  /** Whether vectors are compared by their direction alone. */
  readonly isScaled: boolean;
  readonly sum: ScoreKind;
  /** The score, of that sum. */
  readonly ofSum: (sum: number) => number;
  /** The score, of LanceDB's `_distance`. */
  readonly ofDistance: (distance: number) => number;
  /** Drops the digits in which two ways to the same score differ: ties must be ties. */
  readonly round: (score: number) => number;
  /** Least score that fusion counts from, given the query's best; it must not depend on how many candidates there are. */
  readonly least: (best: number) => number;
}

/** To add one: a line here and in the schema; `metric.test.ts` then tests it. */
export const metrics: Readonly<Record<Metric, MetricMeaning>> = {
  cosine: {
    isScaled: true,
    sum: "products",
    ofSum: (sum) => sum,
    ofDistance: (distance) => 1 - distance,
    round: roundScore,
    least: () => -1,
  },
  /** Without a bound of its own: what is as far on the other side as the best is on this one counts nothing. */
  dot: {
    isScaled: false,
    sum: "products",
    ofSum: (sum) => sum,
    ofDistance: (distance) => 1 - distance,
    round: (score) => (Math.abs(score) < 1 ? roundScore(score) : sixDigits(score)),
    least: (best) => -Math.abs(best),
  },
  /** 1 / (1 + d²), as Elasticsearch and OpenSearch score it; LanceDB's distance is d². */
  l2: {
    isScaled: false,
    sum: "squares",
    ofSum: likeness,
    ofDistance: likeness,
    round: sixDigits,
    least: () => 0,
  },
};

function likeness(squaredDistance: number): number {
  return 1 / (1 + squaredDistance);
}

/** Scores of far vectors are small, and products of long ones large: float32 has seven digits wherever the point is. */
function sixDigits(score: number): number {
  return Number(score.toPrecision(6));
}
