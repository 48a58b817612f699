import { expect, test } from "vitest";
import { meanMetrics, retrievalMetrics } from "./retrieval-metrics.ts";

test("binary judgments, worked out by hand", () => {
  // Relevant: a, b, c. Found at ranks 1 and 3; c is not found.
  const metrics = retrievalMetrics(
    ["a", "x", "b", "y"],
    new Map([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]),
  );
  // DCG = 1/log2(2) + 1/log2(4) = 1 + 0.5. Ideal = 1 + 1/log2(3) + 1/log2(4) = 1 + 0.6309297536 + 0.5.
  expect(metrics["ndcg@10"]).toBeCloseTo(1.5 / 2.1309297536, 9);
  expect(metrics["recall@10"]).toBeCloseTo(2 / 3, 12);
  expect(metrics["mrr@10"]).toBe(1);
  // Precision 1/1 and 2/3, over three relevant ones.
  expect(metrics.map).toBeCloseTo((1 + 2 / 3) / 3, 12);
});

test("graded judgments: the gain is the relevance", () => {
  // Ranks: grade 1, 0, 3; an unfound grade 2. DCG = 1 + 3/2 = 2.5; ideal = 3 + 2/log2(3) + 1/2 = 3 + 1.2618595071 + 0.5.
  const metrics = retrievalMetrics(
    ["one", "none", "three"],
    new Map([
      ["one", 1],
      ["two", 2],
      ["three", 3],
      ["none", 0],
    ]),
  );
  expect(metrics["ndcg@10"]).toBeCloseTo(2.5 / 4.7618595071, 9);
  expect(metrics["recall@100"]).toBeCloseTo(2 / 3, 12);
});

test("depth: what comes after the tenth counts for recall at 100 and MAP alone", () => {
  const ranking = Array.from({ length: 150 }, (_, at) => `d${at}`);
  const metrics = retrievalMetrics(
    ranking,
    new Map([
      ["d11", 1],
      ["d120", 1],
    ]),
  );
  expect(metrics).toMatchObject({ "ndcg@10": 0, "recall@10": 0, "recall@100": 0.5, "mrr@10": 0 });
  // Precision 1/12 at rank 12 and 2/121 at rank 121.
  expect(metrics.map).toBeCloseTo((1 / 12 + 2 / 121) / 2, 12);
});

test("an id that is listed twice counts once", () => {
  expect(retrievalMetrics(["x", "a", "a", "a"], new Map([["a", 1]]))).toEqual({
    "ndcg@10": 1 / Math.log2(3),
    "recall@10": 1,
    "recall@100": 1,
    "mrr@10": 0.5,
    map: 0.5,
  });
});

test("nothing found, nothing relevant, nothing at all", () => {
  const nothing = { "ndcg@10": 0, "recall@10": 0, "recall@100": 0, "mrr@10": 0, map: 0 };
  expect(retrievalMetrics([], new Map([["a", 1]]))).toEqual(nothing);
  expect(retrievalMetrics(["a"], new Map([["a", 0]]))).toEqual(nothing);
  expect(meanMetrics([])).toEqual(nothing);
});

test("means are of queries", () => {
  const [good, bad] = [retrievalMetrics(["a"], new Map([["a", 1]])), retrievalMetrics(["x"], new Map([["a", 1]]))];
  expect(meanMetrics([good, bad, bad, bad])).toEqual({
    "ndcg@10": 0.25,
    "recall@10": 0.25,
    "recall@100": 0.25,
    "mrr@10": 0.25,
    map: 0.25,
  });
});
