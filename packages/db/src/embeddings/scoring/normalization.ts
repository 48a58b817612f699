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

/** Scores between 0 and 1, of results from the best down. */
export function normalize(
  results: readonly Scored[],
  { option, averageScore }: { readonly option: NormalizeOption | undefined; readonly averageScore: number },
): Scored[] {
  const kind = normalizationOf(option);
  if (kind === "share") return shares(results, averageScore);
  if (kind === "probability") return probabilities(results, typeof option === "object" ? option : {});
  return [...results];
}

/** The best is below 1 unless it is far above the average: it says how much was found, and not only what was found first. */
function shares(results: readonly Scored[], averageScore: number): Scored[] {
  const [best] = results;
  if (!best) return [];
  const full = Math.min(best.score + averageScore, FULL * averageScore);
  return results.map(({ row, score }) => ({ row, score: full > 0 ? Math.min(score / full, 1) : 1 }));
}

/** Bayesian BM25's likelihood, with the median of the results as the middle and their deviation as the unit. */
function probabilities(results: readonly Scored[], { alpha = 1, beta }: BayesOptions): Scored[] {
  const scores = results.map(({ score }) => score);
  const deviation = standardDeviation(scores);
  const slope = Math.abs(deviation > 0 ? alpha / deviation : alpha);
  const middle = beta ?? median(scores);
  return results.map(({ row, score }) => ({ row, score: sigmoid(clipLogit(slope * (score - middle))) }));
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
