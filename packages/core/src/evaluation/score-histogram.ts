import type { PairsEvaluation } from "./pairs-evaluation.ts";

/** Bins from −1 to 1: a width of 0.05 shows the shape of a thousand scores without showing their noise. */
const BINS = 40;

/** Counts cosines of both kinds in bins of equal width. Rounding may carry a cosine past ±1; it counts at the end. */
export function scoreHistogram(
  matching: Float64Array,
  shuffled: readonly Float64Array[],
): PairsEvaluation["histogram"] {
  const counts = { matching: binCounts([matching]), shuffled: binCounts(shuffled) };
  return Array.from({ length: BINS }, (_, bin) => ({
    from: edge(bin),
    to: edge(bin + 1),
    matching: counts.matching[bin] ?? 0,
    shuffled: counts.shuffled[bin] ?? 0,
  }));
}

function binCounts(samples: readonly Float64Array[]): Uint32Array {
  const counts = new Uint32Array(BINS);
  for (const scores of samples) {
    for (const score of scores) {
      const bin = Math.max(0, Math.min(BINS - 1, Math.floor(((score + 1) / 2) * BINS)));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  return counts;
}

// Divided last: −1 + bin · 0.05 would print as 0.10000000000000009.
function edge(bin: number): number {
  return (2 * bin - BINS) / BINS;
}
