import { convex } from "./convex.ts";
import type { Metric } from "../schemas/metric.ts";
import { reciprocalRank } from "./reciprocal-rank.ts";

export type LegName = "dense" | "keyword";

/** One leg's score of a candidate; `rank` (from 1) is null when the leg did not list it and it was scored exactly. */
export interface LegScore {
  readonly raw: number;
  readonly rank: number | null;
}

/** What the legs know of one candidate. A leg that took part has a score for every candidate. */
export type LegScores = Readonly<Partial<Record<LegName, LegScore>>>;

export interface FusedLeg extends LegScore {
  readonly normalized: number;
  readonly weight: number;
}

export interface FusedScore {
  readonly score: number;
  readonly legs: Readonly<Partial<Record<LegName, FusedLeg>>>;
}

/** Scores of legs in, one score a candidate out, in the order given: score = Σ weight × normalized. The metric is that of the dense leg. */
export type Fusion = (candidates: readonly LegScores[], metric: Metric) => FusedScore[];

/** To add a method: a file beside this one and a line here; `fusion.contract.ts` then tests it. */
export const fusions = { convex, rrf: reciprocalRank } satisfies Record<string, Fusion>;

export type FusionName = keyof typeof fusions;
