import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { randomBelow, seededRandom, xoshiro128 } from "./random.ts";
import { shuffledPartners } from "./shuffled-partners.ts";

const seed = fc.nat(2 ** 32 - 1);

describe("the generator", () => {
  test("is xoshiro128** 1.1: its first numbers from the state 1, 2, 3, 4, by the authors' C code", () => {
    const random = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, random)).toEqual([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849, 3_729_100_597,
      4_258_142_804,
    ]);
  });

  test("gives a seed the same numbers for ever: published results name their seeds", () => {
    expect(Array.from({ length: 4 }, seededRandom(1))).toEqual([
      2_442_144_158, 3_238_099_751, 3_819_917_871, 2_104_621_829,
    ]);
  });

  test("gives neighbouring seeds unrelated numbers", () => {
    const firsts = Array.from({ length: 1_000 }, (_, index) => seededRandom(index)());
    expect(new Set(firsts).size).toBe(1_000);
    expect(firsts.reduce((sum, first) => sum + first, 0) / 1_000 / 2 ** 32).toBeCloseTo(0.5, 1);
  });

  test("draws every number below a bound equally often", () => {
    const random = seededRandom(7);
    const counts = new Uint32Array(6);
    for (let draw = 0; draw < 60_000; draw++) increment(counts, randomBelow(random, 6));
    for (const times of counts) expect(Math.abs(times - 10_000)).toBeLessThan(400); // 4.4 standard deviations
  });

  test("repeats draws from the incomplete end of its range", () => {
    const draws = [2 ** 32 - 1, 5];
    expect(randomBelow(() => draws.shift() ?? 0, 3 * 2 ** 30)).toBe(5);
  });
});

describe("shuffled partners", () => {
  test("are a permutation in which nothing stays, the same each time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), seed, (count, seed) => {
        const partners = shuffledPartners(count, seed);
        expect([...partners].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(partners.findIndex((partner, index) => partner === index)).toBe(-1);
        expect(shuffledPartners(count, seed)).toEqual(partners);
      }),
    );
  });

  test("reach every cycle of four equally often", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6_000; seed++) {
      const key = shuffledPartners(4, seed).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const times of counts.values()) expect(Math.abs(times - 1_000)).toBeLessThan(130); // 4.5 standard deviations
  });
});

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
