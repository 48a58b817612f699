import { array, assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { cosines, percentiles, ratio, speeds } from "./figures.ts";

describe("speeds", () => {
  test("are amounts per second of each round", () => {
    expect(speeds(1000, [500, 1000, 2000])).toEqual({ median: 1000, best: 2000, rounds: [2000, 1000, 500] });
  });

  test("keep a digit where they are small", () => {
    expect(speeds(8, [860]).rounds).toEqual([9.3]);
  });
});

describe("ratio", () => {
  test("compares within a round, so a slow round of both counts as any other", () => {
    expect(ratio([100, 1000, 100], [200, 2000, 300])).toEqual({ median: 2, least: 2, most: 3, rounds: [2, 2, 3] });
  });

  test("refuses rounds that do not belong together", () => {
    expect(() => ratio([1, 2], [1])).toThrow(RangeError);
  });

  test("is 1 of a contestant to itself", () => {
    assert(
      property(array(integer({ min: 1, max: 1e6 }), { minLength: 1 }), (rounds) => {
        expect(ratio(rounds, rounds)).toMatchObject({ median: 1, least: 1, most: 1 });
      }),
    );
  });
});

test("percentiles are those of the nearest rank", () => {
  expect(percentiles(Array.from({ length: 100 }, (_, index) => index + 1))).toEqual({ p50: 50, p95: 95 });
});

describe("cosines", () => {
  const reference = Float32Array.of(1, 0, 0, 1);

  test("are taken text by text", () => {
    expect(cosines(Float32Array.of(1, 0, 4, 3), reference, 2)).toEqual({ mean: 0.8, min: 0.6 });
  });

  test("do not depend on lengths", () => {
    expect(cosines(Float32Array.of(7, 0, 0, 0.5), reference, 2)).toEqual({ mean: 1, min: 1 });
  });

  test("refuse vectors of other texts", () => {
    expect(() => cosines(Float32Array.of(1, 0), reference, 2)).toThrow(RangeError);
  });
});
