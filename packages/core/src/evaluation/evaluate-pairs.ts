import type { EncodeProgress } from "../compute-batches.ts";
import { EvaluationError } from "../errors.ts";
import { cosineSimilarity } from "../vectors/similarity.ts";
import { pearson, spearman } from "./correlation.ts";
import type { PairsEvaluation } from "./pairs-evaluation.ts";
import { scoreHistogram } from "./score-histogram.ts";
import { shuffledPartners } from "./shuffled-partners.ts";

/** Two texts that belong together: a question and its answer, a title and its abstract. */
export interface MatchingPair {
  readonly a: string;
  readonly b: string;
}

/** What the evaluation needs of a model; `SentenceTransformer` has it. */
export interface PairEncoder {
  readonly model: string;
  encode(
    texts: readonly string[],
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
    },
  ): Promise<readonly Float32Array[]>;
}

export interface EvaluatePairsOptions {
  /** Name of the dataset, for the result. */
  readonly dataset: string;
  /** One shuffle for each: whole numbers from 0 to 2³² − 1. @default 1 to 10 */
  readonly seeds?: readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch that was embedded. */
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/**
 * The evaluation of the PubMedBERT Embeddings model card: every pair with label 1, every `a` with the `b` of another
 * pair with label 0, and how well the cosine of the two vectors follows the labels (Pearson and Spearman × 100).
 *
 * Each distinct text is embedded once, with the prompt that the model takes by default.
 * @throws {EvaluationError} `pairs_invalid` for fewer than two pairs, an empty text or a seed out of range,
 * `correlation_undefined` when the scores do not differ or are no numbers; and all that the encoder throws.
 */
export async function evaluatePairs(
  encoder: PairEncoder,
  pairs: readonly MatchingPair[],
  { dataset, seeds = DEFAULT_SEEDS, signal, onProgress }: EvaluatePairsOptions,
): Promise<PairsEvaluation> {
  checkPairs(pairs);
  checkSeeds(seeds);
  const { texts, rows } = distinctTexts(pairs);
  const embedded = await embed(encoder, texts, { signal, onProgress });
  const cosine = ([a, b]: readonly [number, number]): number =>
    cosineSimilarity(embedded.vectors[a] ?? NONE, embedded.vectors[b] ?? NONE);
  const matching = Float64Array.from(rows, cosine);
  const shuffles = seeds.map((seed) => {
    signal?.throwIfAborted();
    const others = shuffledRows(rows, seed);
    const scores = Float64Array.from(others, cosine);
    return { seed, scores, ...correlations(matching, scores), repeated_matches: countRepeated(rows, others) };
  });
  const shuffled = shuffles.map(({ scores }) => scores);
  return {
    dataset,
    model: encoder.model,
    pairs: pairs.length,
    texts: texts.length,
    truncated_texts: embedded.truncated,
    seeds: shuffles.map(({ scores: _scores, ...result }) => result),
    pearson: spread(shuffles.map(({ pearson }) => pearson)),
    spearman: spread(shuffles.map(({ spearman }) => spearman)),
    mean_cosine: { matching: mean(matching), shuffled: mean(shuffled.map(mean)) },
    histogram: scoreHistogram(matching, shuffled),
    seconds: embedded.seconds,
    texts_per_second: texts.length / embedded.seconds,
  };
}

const DEFAULT_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const NONE = new Float32Array();
const LARGEST_SEED = 2 ** 32 - 1;

/** Places of the two texts of a pair among the distinct texts. */
type PairRow = readonly [a: number, b: number];

function distinctTexts(pairs: readonly MatchingPair[]): { texts: string[]; rows: PairRow[] } {
  const places = new Map<string, number>();
  const placeOf = (text: string): number => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const rows = pairs.map(({ a, b }): PairRow => [placeOf(a), placeOf(b)]);
  return { texts: [...places.keys()], rows };
}

async function embed(
  encoder: PairEncoder,
  texts: readonly string[],
  { signal, onProgress }: Pick<EvaluatePairsOptions, "signal" | "onProgress">,
): Promise<{ vectors: readonly Float32Array[]; truncated: number; seconds: number }> {
  let truncated = 0;
  const started = performance.now();
  const vectors = await encoder.encode(texts, {
    signal,
    onProgress: (progress) => {
      truncated = progress.truncated.length;
      onProgress?.(progress);
    },
  });
  return { vectors, truncated, seconds: (performance.now() - started) / 1_000 };
}

function shuffledRows(rows: readonly PairRow[], seed: number): PairRow[] {
  const partners = shuffledPartners(rows.length, seed);
  return rows.map(([a], index): PairRow => [a, rows[partners[index] ?? index]?.[1] ?? a]);
}

function correlations(matching: Float64Array, shuffled: Float64Array): { pearson: number; spearman: number } {
  const scores = new Float64Array(matching.length + shuffled.length);
  scores.set(matching);
  scores.set(shuffled, matching.length);
  const labels = new Float64Array(scores.length).fill(1, 0, matching.length);
  return { pearson: 100 * pearson(scores, labels), spearman: 100 * spearman(scores, labels) };
}

// Only a dataset that repeats texts has any: their label 0 is wrong, and the result says how often.
function countRepeated(rows: readonly PairRow[], others: readonly PairRow[]): number {
  const known = new Set(rows.map((row) => row.join()));
  return others.filter((row) => known.has(row.join())).length;
}

function spread(values: readonly number[]): PairsEvaluation["pearson"] {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { mean: center, deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)) };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function checkPairs(pairs: readonly MatchingPair[]): void {
  if (pairs.length < 2)
    throw new EvaluationError("pairs_invalid", `An evaluation takes two pairs at least; there are ${pairs.length}.`, {
      hint: "With one pair there is no other partner to compare with.",
    });
  const index = pairs.findIndex(({ a, b }) => isBlank(a) || isBlank(b));
  if (index !== -1)
    throw new EvaluationError("pairs_invalid", `Pair ${index} has an empty text.`, {
      hint: "Leave such pairs out: an empty text has no meaning to compare.",
      details: { index },
    });
}

function isBlank(text: unknown): boolean {
  return typeof text !== "string" || text.trim() === "";
}

function checkSeeds(seeds: readonly number[]): void {
  const valid = seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED);
  if (valid && seeds.length > 0 && new Set(seeds).size === seeds.length) return;
  throw new EvaluationError("pairs_invalid", "The seeds are not one or more different whole numbers.", {
    hint: `Seeds go from 0 to ${LARGEST_SEED}.`,
  });
}
