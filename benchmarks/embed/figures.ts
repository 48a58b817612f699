import { quantile, round } from "../statistics.ts";

/** One figure for each round, and what they come to. */
export interface Series {
  readonly median: number;
  readonly best: number;
  readonly rounds: readonly number[];
}

/** Quotients of two contestants in the same round. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: readonly number[];
}

/** The figures of one contestant, as they stand in the results. */
export interface Figures {
  readonly name: string;
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly tokens_per_second: Series;
  readonly texts_per_second: Series;
  /** Percent of the time of all cores that other programs, and the host, took in its rounds: nothing on a quiet machine. */
  readonly taken_by_others_percent: number | null;
  readonly query_ms: { readonly p50: number; readonly p95: number };
  readonly peak_rss_mb: number | null;
  /** From the call that loads the model to its first vector; from the start of the process to that vector. */
  readonly load_ms: number;
  readonly start_ms: number;
  /** To the vectors of the reference for the same texts; null without a reference. */
  readonly cosine: Cosine | null;
  /** Its tokens per second by those of each rival that took part. */
  readonly times: Readonly<Record<string, Ratio>>;
}

export interface Cosine {
  readonly mean: number;
  readonly min: number;
}

export function speeds(amount: number, rounds: readonly number[]): Series {
  const speeds = rounds.map((ms) => round((amount / ms) * 1000, amount / ms > 0.1 ? 0 : 1));
  return { median: quantile(speeds, 0.5), best: Math.max(...speeds), rounds: speeds };
}

/** How many times as fast as the rival one was, round by round. */
export function ratio(rounds: readonly number[], rival: readonly number[]): Ratio {
  if (rounds.length !== rival.length) throw new RangeError("ratios need the same rounds of both");
  const ratios = rounds.map((ms, index) => round((rival[index] ?? Number.NaN) / ms, 2));
  return { median: quantile(ratios, 0.5), least: Math.min(...ratios), most: Math.max(...ratios), rounds: ratios };
}

export function percentiles(milliseconds: readonly number[]): { p50: number; p95: number } {
  return { p50: round(quantile(milliseconds, 0.5), 2), p95: round(quantile(milliseconds, 0.95), 2) };
}

/** The cosines of vectors that lie one after another. @throws {RangeError} when they are not the same number. */
export function cosines(ours: Float32Array, reference: Float32Array, dimension: number): Cosine {
  if (ours.length !== reference.length) throw new RangeError("cosines need vectors for the same texts");
  const all = Array.from({ length: ours.length / dimension }, (_, index) => {
    const [start, end] = [index * dimension, (index + 1) * dimension];
    return cosine(ours.subarray(start, end), reference.subarray(start, end));
  });
  return { mean: round(all.reduce((sum, value) => sum + value, 0) / all.length, 5), min: round(Math.min(...all), 5) };
}

// Not taken for granted: that the vectors are normalized. bfloat16 ones are so only to three digits.
function cosine(a: Float32Array, b: Float32Array): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [index, x] of a.entries()) {
    const y = b[index] ?? 0;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB);
}
