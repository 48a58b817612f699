import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { averageRanks, pearson, spearman } from "./correlation.ts";

const WITH_TIES = [0.12, -0.5, 3.25, 7.5, -2, 0.12, 11, 4];
const LABELS = [1, 0, 0, 1, 0, 1, 1, 0];
const count = (size: number): number[] => Array.from({ length: size }, (_, index) => index);

// scipy 1.17.1, numpy 2.4.6: scipy.stats.pearsonr(x, y)[0], spearmanr(x, y)[0] and rankdata(x)
describe("the values of scipy", () => {
  const waves = count(50).map((index) => Math.sin(index));
  test.each([
    ["ties and binary labels", WITH_TIES, LABELS, 0.4193530722254925, 0.43905703995876133],
    [
      "x = sin(arange(50)), y = cos(arange(50)**2 / 7) + x / 3",
      waves,
      waves.map((wave, index) => Math.cos(index ** 2 / 7) + wave / 3),
      0.4196796099432353,
      0.3679711884753902,
    ],
    [
      "ties in both: round(sin(arange(50)) * 3), arange(50) % 3",
      waves.map((wave) => Math.round(wave * 3)),
      count(50).map((index) => index % 3),
      0.03389413479410839,
      0.026900364654199354,
    ],
  ])("%s", (_name, x, y, expectedPearson, expectedSpearman) => {
    expect(pearson(x, y)).toBeCloseTo(expectedPearson, 12);
    expect(spearman(x, y)).toBeCloseTo(expectedSpearman, 12);
  });

  test("numbers that overflow when squared, or hide in a large mean", () => {
    expect(pearson([1e308, -1e308, 5e307], [1, 2, 4])).toBeCloseTo(-0.052414241836095894, 12);
    expect(pearson([Number.MAX_VALUE, -Number.MAX_VALUE, 0], [1, -1, 0])).toBeCloseTo(1, 12);
    expect(pearson([5e-324, 0, 5e-324], [1, 0, 1])).toBeCloseTo(1, 12);
    expect(pearson([1e9, 1e9 + 1, 1e9 + 3, 1e9 + 4], [2, 1, 5, 4])).toBeCloseTo(0.8, 12);
  });

  test("rankdata", () => {
    expect([...averageRanks(WITH_TIES)]).toEqual([3.5, 2, 5, 7, 1, 3.5, 8, 6]);
    expect([...averageRanks([0, -0, 0])]).toEqual([2, 2, 2]);
    expect([...averageRanks([])]).toEqual([]);
  });
});

const value = fc.integer({ min: -1_000, max: 1_000 }).map((number) => number / 8);
const samples = fc
  .array(fc.tuple(value, value), { minLength: 2, maxLength: 40 })
  .map((points) => [points.map(([x]) => x), points.map(([, y]) => y)] as const)
  .filter((both) => both.every((sample) => new Set(sample).size > 1));

describe("laws", () => {
  test.each([
    ["pearson", pearson],
    ["spearman", spearman],
  ])("%s is symmetric, within ±1, and 1 of a sample with itself", (_name, correlation) => {
    fc.assert(
      fc.property(samples, ([x, y]) => {
        expect(Math.abs(correlation(x, y))).toBeLessThanOrEqual(1);
        expect(correlation(x, y)).toBeCloseTo(correlation(y, x), 12);
        expect(correlation(x, x)).toBeCloseTo(1, 12);
        expect(
          correlation(
            x,
            x.map((item) => -item),
          ),
        ).toBeCloseTo(-1, 12);
      }),
    );
  });

  test("pearson does not see scale and offset, spearman no monotone map at all", () => {
    const factor = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(samples, factor, value, ([x, y], scale, offset) => {
        expect(
          pearson(
            x.map((item) => item * scale + offset),
            y,
          ),
        ).toBeCloseTo(pearson(x, y), 9); // affine
        expect(
          spearman(
            x.map((item) => Math.atan(item) ** 3),
            y,
          ),
        ).toBe(spearman(x, y)); // monotone
      }),
    );
  });

  test("the sum of ranks is that of 1 to n", () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const sum = averageRanks(values).reduce((total, rank) => total + rank, 0);
        expect(sum).toBe((values.length * (values.length + 1)) / 2);
      }),
    );
  });
});

describe("what has no correlation is an error, not NaN", () => {
  test.each([
    ["no points", [], []],
    ["one point", [1], [2]],
    ["samples of different sizes", [1, 2, 3], [1, 2]],
    ["a constant sample", [1, 2, 3], [0.1, 0.1, 0.1]],
    ["a constant sample on the other side", [7, 7], [1, 2]],
    ["zeros of both signs", [0, -0, 0], [1, 2, 3]],
    ["NaN", [1, Number.NaN, 3], [1, 2, 3]],
    ["infinity", [1, 2, 3], [1, Number.POSITIVE_INFINITY, 3]],
  ])("%s", (_name, x, y) => {
    for (const correlation of [pearson, spearman])
      expect(() => correlation(x, y)).toThrowError(expect.objectContaining({ code: "correlation_undefined" }));
  });
});
