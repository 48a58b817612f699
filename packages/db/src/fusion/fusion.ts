import type { FusionMethod } from "../schemas/fusion.ts";
import type { Metric } from "../schemas/metric.ts";
import { convex } from "./convex.ts";
import { dbsf } from "./dbsf.ts";
import { logOdds } from "./log-odds.ts";
import { reciprocalRank } from "./reciprocal-rank.ts";
import { relative } from "./relative.ts";
import { txtai } from "./txtai.ts";

export type LegName = "dense" | "keyword";

/** One leg's score of a candidate; `rank` (from 1) is null when the leg did not list it and it was scored exactly. */
export interface LegScore {
  readonly raw: number;
  readonly rank: number | null;
  /** Only similar words were found. */
  readonly fuzzy?: boolean;
}

/** What the legs know of one candidate. A leg that took part has a score for every candidate. */
export type LegScores = Readonly<Partial<Record<LegName, LegScore>>>;

export interface FusedLeg extends LegScore {
  /** On a scale of 0 to 1. */
  readonly normalized: number;
  readonly weight: number;
}

export interface FusedScore {
  readonly score: number;
  readonly legs: Readonly<Partial<Record<LegName, FusedLeg>>>;
}

export interface FusionOptions {
  /** Of the dense leg. */
  readonly metric: Metric;
  /** Share of the dense leg, 0 to 1; the keyword leg has the rest. @default the method's own */
  readonly denseWeight?: number | undefined;
  /** Of reciprocal ranks. */
  readonly k?: number | undefined;
}

/** Scores of legs in, one score a candidate out, in the order given. */
export interface Fusion {
  (candidates: readonly LegScores[], options: FusionOptions): FusedScore[];
}

/** To add a method: a file beside this one and a line here and in the schema; `fusion.contract.ts` then tests it. */
export const fusions: Readonly<Record<FusionMethod, Fusion>> = {
  convex,
  rrf: reciprocalRank,
  dbsf,
  relative,
  log_odds: logOdds,
  txtai,
};
