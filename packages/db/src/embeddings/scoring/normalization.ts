import type { Scored } from "../scored.ts";

interface BayesOptions {
  readonly method?: string;
  /** How steep the curve is. @default 1 */
  readonly alpha?: number;
  /** The score that becomes ½. @default the median */
  readonly beta?: number;
}

/** `true` for a share of what the index can give, or the name of a probability (`bb25`, `bayes`). */
export type NormalizeOption = boolean | string | BayesOptions;

export type Normalization = "none" | "share" | "probability";

const PROBABILITIES = new Set(["bayes", "bayesian", "bayesian-bm25", "bb25"]);
/** Beyond it the exponential says no more. */
const MAX_LOGIT = 500;
/** How far above an average term's score a result can be before it counts as full. */
const FULL = 6;

export function normalizationOf(option: NormalizeOption | undefined): Normalization {
  if (option === undefined || option === false || option === "") return "none";
  const method = typeof option === "object" ? option.method : option;
  return typeof method === "string" && PROBABILITIES.has(method.toLowerCase()) ? "probability" : "share";
}

interface NormalizeContext {
  readonly option: NormalizeOption | undefined;
  readonly averageScore: number;
  /** What would be found without a filter, from the best down: a filter takes rows away, and does not change the scores of others. */
  readonly unfiltered: readonly Scored[];
}

/** Scores between 0 and 1. */
export function normalize(
  results: readonly Scored[],
  { option, averageScore, unfiltered }: NormalizeContext,
): Scored[] {
  const kind = normalizationOf(option);
  if (kind === "none") return [...results];
  const scale =
    kind === "share"
      ? shareScale(unfiltered, averageScore)
      : probabilityScale(unfiltered, typeof option === "object" ? option : {});
  return results.map(({ row, score }) => ({ row, score: scale(score) }));
}

/** The best is below 1 unless it is far above the average: it says how much was found, and not only what was found first. */
function shareScale([best]: readonly Scored[], averageScore: number): (score: number) => number {
  const full = Math.min((best?.score ?? 0) + averageScore, FULL * averageScore);
  return (score) => (full > 0 ? Math.min(score / full, 1) : 1);
}

/** Bayesian BM25's likelihood, with the median of the results as the middle and their deviation as the unit. */
function probabilityScale(results: readonly Scored[], { alpha = 1, beta }: BayesOptions): (score: number) => number {
  const scores = results.map(({ score }) => score);
  const deviation = standardDeviation(scores);
  const slope = Math.abs(deviation > 0 ? alpha / deviation : alpha);
  const middle = beta ?? median(scores);
  return (score) => sigmoid(clipLogit(slope * (score - middle)));
}

export function standardDeviation(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

export function clipLogit(logit: number): number {
  return Math.min(MAX_LOGIT, Math.max(-MAX_LOGIT, logit));
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** The mean of the two in the middle where their number is even. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}
