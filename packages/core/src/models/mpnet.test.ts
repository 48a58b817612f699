import { expect, test } from "vitest";

import { relativePositionBucket } from "./mpnet.ts";

// Computed by MPNetEncoder.relative_position_bucket (transformers 5.23, torch 2.15) for -600 … 600: where a bucket starts.
const starts = [
  [-600, 15], [-90, 14], [-63, 13], [-45, 12], [-31, 11], [-22, 10], [-15, 9], [-11, 8], [-7, 7], [-6, 6], [-5, 5],
  [-4, 4], [-3, 3], [-2, 2], [-1, 1], [0, 0], [1, 17], [2, 18], [3, 19], [4, 20], [5, 21], [6, 22], [7, 23], [8, 24],
  [12, 25], [16, 26], [23, 27], [32, 28], [46, 29], [64, 30], [91, 31],
] as const; // prettier-ignore

test("distances fall into the buckets of the reference", () => {
  for (let offset = -600; offset <= 600; offset++) {
    const [, bucket] = starts.findLast(([start]) => start <= offset) ?? [];
    expect([offset, relativePositionBucket(offset)]).toEqual([offset, bucket]);
  }
});
