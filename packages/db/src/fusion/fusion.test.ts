import { expect, test } from "vitest";
import { convex } from "./convex.ts";
import { dbsf } from "./dbsf.ts";
import { fusions } from "./fusion.ts";
import { fusionContract } from "./fusion.contract.ts";
import { Metric } from "../schemas/metric.ts";
import { logOdds } from "./log-odds.ts";
import { reciprocalRank } from "./reciprocal-rank.ts";
import { relative } from "./relative.ts";
import { txtai } from "./txtai.ts";

const { log_odds: evidence, ...sums } = fusions;
for (const [name, fusion] of Object.entries(sums)) fusionContract(name, fusion);
fusionContract("log_odds", evidence, (parts) => {
  const sum = parts.reduce(
    (odds, { weight, normalized }) => odds + weight * Math.log(normalized / (1 - normalized)),
    0,
  );
  return 1 / (1 + Math.exp(-(parts.length === 2 ? Math.SQRT2 * sum : sum)));
});

test("convex: minima −1 and 0, maxima the query's best, weights 0.8 and 0.2", () => {
  const [both, exact] = convex(
    [
      { dense: { raw: 0.6, rank: 1 }, keyword: { raw: 5, rank: 2 } },
      { dense: { raw: 0.2, rank: null }, keyword: { raw: 10, rank: 1 } },
    ],
    { metric: "cosine" },
  );
  expect(both?.score).toBeCloseTo(0.8 * 1 + 0.2 * 0.5, 12);
  expect(exact?.score).toBeCloseTo(0.8 * (1.2 / 1.6) + 0.2 * 1, 12);
});

const legs = (...raw: number[]) => raw.map((value) => ({ dense: { raw: value, rank: 1 } }));

test("convex: dot products count from minus the best, distances from 0", () => {
  expect(convex(legs(40, 10, -40, -50), { metric: "dot" }).map(({ score }) => score)).toEqual([0.8, 0.8 * 0.625, 0, 0]);
  expect(convex(legs(0.5, 0.1), { metric: "l2" }).map(({ score }) => score)).toEqual([0.8, 0.8 * 0.2]);
});

test.each(Metric.options)("convex, %s: more candidates below the best do not move a score", (metric) => {
  const best = { dense: { raw: 0.6, rank: 1 }, keyword: { raw: 10, rank: 1 } };
  const second = { dense: { raw: 0.3, rank: 2 }, keyword: { raw: 4, rank: 2 } };
  const third = { dense: { raw: -0.1, rank: 3 }, keyword: { raw: 0, rank: null } };
  expect(convex([best, second, third], { metric }).slice(0, 2)).toEqual(convex([best, second], { metric }));
});

test("convex: a leg that found nothing adds nothing", () => {
  const [only] = convex([{ dense: { raw: 0.4, rank: 1 }, keyword: { raw: 0, rank: null } }], { metric: "cosine" });
  expect(only?.score).toBeCloseTo(0.8, 12);
});

const cosine = { metric: "cosine" } as const;
const leg = (rank: number | null) => ({ raw: 1, rank });

test("reciprocal rank: k = 60, first in both legs is 1, unlisted adds 0", () => {
  expect(reciprocalRank([{ dense: leg(1), keyword: leg(1) }], cosine)[0]?.score).toBe(1);
  expect(reciprocalRank([{ dense: leg(2), keyword: leg(null) }], cosine)[0]?.score).toBeCloseTo(0.5 * (61 / 62), 12);
});

const listedAt = (raw: number, rank: number) => ({ raw, rank });
const three = [
  { dense: listedAt(0.9, 1), keyword: listedAt(2, 3) },
  { dense: listedAt(0.5, 2), keyword: listedAt(6, 1) },
  { dense: listedAt(0.1, 3), keyword: listedAt(4, 2) },
];

test("reciprocal rank: weights and k", () => {
  const [first] = reciprocalRank(three, { ...cosine, denseWeight: 0.25, k: 1 });
  expect(first?.score).toBeCloseTo(0.25 * 1 + 0.75 * (2 / 4), 12);
});

test("relative: the worst that a leg lists is 0, the best 1", () => {
  expect(relative(three, cosine).map(({ score }) => score)).toEqual([0.5, 0.5 * 0.5 + 0.5, 0.25]);
});

test("dbsf: the mean is one half, and six deviations are the scale", () => {
  // Dense: mean 0.5, deviation 0.4. Keyword: mean 4, deviation 2.
  const [first, second] = dbsf(three, cosine);
  expect(first?.legs.dense?.normalized).toBeCloseTo(0.5 + 0.4 / 2.4, 12);
  expect(first?.legs.keyword?.normalized).toBeCloseTo(0.5 - 2 / 12, 12);
  expect(second?.score).toBeCloseTo(0.5 * 0.5 + 0.5 * (0.5 + 2 / 12), 12);
});

test("txtai: cosine and BM25 over its best; what a leg did not list has 0", () => {
  const missed = { dense: { raw: 0.8, rank: null }, keyword: listedAt(3, 4) };
  const [first, , , last] = txtai([...three, missed], { ...cosine, denseWeight: 0.5 });
  expect(first?.score).toBeCloseTo(0.5 * 0.9 + 0.5 * (2 / 6), 12);
  expect(last?.score).toBeCloseTo(0.5 * 0.5, 12);
});

test("log odds: evidence in deviations from the median, added up", () => {
  // Dense: median 0.5, deviation √(0.32 / 3). Keyword: median 4, deviation √(8 / 3).
  const [first] = logOdds(three, cosine);
  const sum = 0.5 * (0.4 / Math.sqrt(0.32 / 3)) + 0.5 * (-2 / Math.sqrt(8 / 3));
  expect(first?.score).toBeCloseTo(1 / (1 + Math.exp(-Math.SQRT2 * sum)), 12);
});
