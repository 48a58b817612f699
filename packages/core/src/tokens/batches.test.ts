import * as fc from "fast-check";
import { expect, test } from "vitest";

import { planBatches } from "./batches.ts";

test("longest first, equal lengths together, in the order given", () => {
  expect(planBatches([3, 5, 3, 3, 5, 9], { maxTokens: 7 })).toEqual([
    { length: 9, indices: [5] },
    { length: 5, indices: [1] },
    { length: 5, indices: [4] },
    { length: 3, indices: [0, 2] },
    { length: 3, indices: [3] },
  ]);
  expect(planBatches([], { maxTokens: 7 })).toEqual([]);
});

test("every text is in exactly one batch of its own length, and the budget holds", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 300 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 600 }),
      (lengths, maxTokens) => {
        const batches = planBatches(lengths, { maxTokens });
        expect(batches.flatMap(({ indices }) => indices).toSorted((a, b) => a - b)).toEqual([...lengths.keys()]);
        for (const { indices, length } of batches) {
          expect(indices.every((index) => lengths[index] === length)).toBe(true);
          expect(indices.length === 1 || indices.length * length <= maxTokens).toBe(true);
        }
        expect(batches.map(({ length }) => length)).toEqual(
          batches.map(({ length }) => length).toSorted((a, b) => b - a),
        );
      },
    ),
  );
});
