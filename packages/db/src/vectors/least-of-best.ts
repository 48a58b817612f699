/** Scores are sorted into this many bins to find the best: a few rows more than asked for pass, and ties stay together. */
const BINS = 4_096;

/** A bound that at least `limit` values reach, and few more. */
export function leastOfBest(values: Float32Array, limit: number): number {
  if (values.length <= limit) return Number.NEGATIVE_INFINITY;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const width = (most - least) / BINS;
  // All are equal, or so far apart that their difference is no number: all are taken, and sorted by the caller.
  if (!(width > 0 && Number.isFinite(width))) return Number.NEGATIVE_INFINITY;
  const counts = new Uint32Array(BINS);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let bin = BINS - 1;
  for (let found = counts[bin] ?? 0; found < limit && bin > 0; found += counts[bin] ?? 0) bin--;
  // A little less, so that rounding does not part a value from its bin.
  return bin === 0 ? Number.NEGATIVE_INFINITY : least + (bin - 1 / 64) * width;
}
