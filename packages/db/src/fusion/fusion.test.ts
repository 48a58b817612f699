import { expect, test } from "vitest";
import { convex } from "./convex.ts";
import { fusions } from "./fusion.ts";
import { fusionContract } from "./fusion.contract.ts";
import { Metric } from "../schemas/metric.ts";
import { reciprocalRank } from "./reciprocal-rank.ts";

for (const [name, fusion] of Object.entries(fusions)) fusionContract(name, fusion);

test("convex: minima −1 and 0, maxima the query's best, weights 0.8 and 0.2", () => {
  const [both, exact] = convex(
    [
      { dense: { raw: 0.6, rank: 1 }, keyword: { raw: 5, rank: 2 } },
      { dense: { raw: 0.2, rank: null }, keyword: { raw: 10, rank: 1 } },
    ],
    "cosine",
  );
  expect(both?.score).toBeCloseTo(0.8 * 1 + 0.2 * 0.5, 12);
  expect(exact?.score).toBeCloseTo(0.8 * (1.2 / 1.6) + 0.2 * 1, 12);
});

const legs = (...raw: number[]) => raw.map((value) => ({ dense: { raw: value, rank: 1 } }));

test("convex: dot products count from minus the best, distances from 0", () => {
  expect(convex(legs(40, 10, -40, -50), "dot").map(({ score }) => score)).toEqual([0.8, 0.8 * 0.625, 0, 0]);
  expect(convex(legs(0.5, 0.1), "l2").map(({ score }) => score)).toEqual([0.8, 0.8 * 0.2]);
});

test.each(Metric.options)("convex, %s: more candidates below the best do not move a score", (metric) => {
  const best = { dense: { raw: 0.6, rank: 1 }, keyword: { raw: 10, rank: 1 } };
  const second = { dense: { raw: 0.3, rank: 2 }, keyword: { raw: 4, rank: 2 } };
  const third = { dense: { raw: -0.1, rank: 3 }, keyword: { raw: 0, rank: null } };
  expect(convex([best, second, third], metric).slice(0, 2)).toEqual(convex([best, second], metric));
});

test("convex: a leg that found nothing adds nothing", () => {
  const [only] = convex([{ dense: { raw: 0.4, rank: 1 }, keyword: { raw: 0, rank: null } }], "cosine");
  expect(only?.score).toBeCloseTo(0.8, 12);
});

const leg = (rank: number | null) => ({ raw: 1, rank });

test("reciprocal rank: k = 60, first in both legs is 1, unlisted adds 0", () => {
  expect(reciprocalRank([{ dense: leg(1), keyword: leg(1) }])[0]?.score).toBe(1);
  expect(reciprocalRank([{ dense: leg(2), keyword: leg(null) }])[0]?.score).toBeCloseTo(0.5 * (61 / 62), 12);
});
