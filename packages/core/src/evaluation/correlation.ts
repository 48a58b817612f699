import { EvaluationError } from "../errors.ts";

/**
 * Pearson's product-moment correlation of two samples, in [−1, 1].
 * @throws {EvaluationError} `correlation_undefined` for fewer than two points, samples of different sizes, a value that
 * is no finite number, or a sample whose values are all the same: there is no slope to measure then, and NaN would
 * travel on silently.
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkSamples(x, y);
  const [a, b] = [deviations(x), deviations(y)];
  const cosine = dot(a, b) / Math.sqrt(dot(a, a)) / Math.sqrt(dot(b, b));
  return Math.max(-1, Math.min(1, cosine)); // rounding can leave the interval by a few 1e-16
}

/**
 * Spearman's rank correlation in [−1, 1]: Pearson's of the ranks, where equal values share the mean of their ranks.
 * @throws {EvaluationError} `correlation_undefined` as `pearson` does.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkSamples(x, y);
  return pearson(averageRanks(x), averageRanks(y));
}

/** The rank of each value, from 1; equal values share the mean of the ranks that they take up. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && order[end]?.value === order[start]?.value) end++;
    const shared = (start + 1 + end) / 2;
    for (const { index } of order.slice(start, end)) ranks[index] = shared;
  }
  return ranks;
}

// Halved or doubled to a magnitude near 1 first: that changes no correlation, loses no bit, and keeps the squares of huge and of
// tiny values finite.
function deviations(values: ArrayLike<number>): Float64Array {
  const scaled = scaleNearOne(Float64Array.from(values));
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  return scaleNearOne(scaled.map((value) => value - mean));
}

function scaleNearOne(values: Float64Array): Float64Array {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const unit = 2 ** Math.min(LARGEST_EXPONENT, Math.floor(Math.log2(largest)));
  return values.map((value) => value / unit);
}

const LARGEST_EXPONENT = 1023; // log2 of the largest doubles rounds up to 1024, which is infinite as a power

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function checkSamples(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length) throw undefinedFor(`samples of ${x.length} and ${y.length} values`);
  if (x.length < 2) throw undefinedFor(`${x.length} of the two points that it takes at least`);
  for (const sample of [x, y]) {
    const values = Float64Array.from(sample);
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd !== -1) throw undefinedFor(`a sample whose value ${odd} is ${values[odd]}`);
    if (values.every((value) => value === values[0])) throw undefinedFor("a sample whose values are all the same");
  }
}

function undefinedFor(what: string): EvaluationError {
  return new EvaluationError("correlation_undefined", `There is no correlation of ${what}.`, {
    hint: "Both samples need the same number of finite values, at least two of them different.",
  });
}
