import { expect, test } from "vitest";
import { fuse, hybridWeights } from "./hybrid.ts";
import type { HybridWeights } from "./hybrid.ts";
import { M6 } from "./m6.fixture.ts";
import { best } from "./scored.ts";
import type { Scored } from "./scored.ts";
import { TermIndex } from "./scoring/term-index.ts";
import type { NormalizeOption } from "./scoring/normalization.ts";
import { toyVector } from "./toy-embedder.fixture.ts";

const QUERY = "insulin therapy risk";

function dense(): Scored[] {
  const query = toyVector(QUERY);
  const scored = M6.map((text, row) => ({
    row,
    score: toyVector(text).reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0),
  }));
  return best(scored, 30);
}

function hybrid(normalize: NormalizeOption, weights?: number | HybridWeights): Record<number, number> {
  const index = new TermIndex({ method: "bm25", normalize });
  for (const [row, text] of M6.entries()) index.add(row, text);
  const legs = { dense: dense(), sparse: index.search(QUERY, 30) };
  const options = { normalization: index.normalization, weights: hybridWeights(weights) };
  return Object.fromEntries(fuse(legs, options, 10).map(({ row, score }) => [row, score]));
}

function close(scores: Record<number, number>): Record<number, number> {
  return Object.fromEntries(Object.entries(scores).map(([row, score]) => [row, expect.closeTo(score, 5) as number]));
}

test("the toy encoder", () => {
  const scores = Object.fromEntries(dense().map(({ row, score }) => [row, score]));
  expect(scores).toEqual(close({ 0: 0.712525, 1: 0.708362, 2: 0.328813, 3: 0.39736, 4: 0.712525, 5: 0.014456 }));
});

test("normalized scores are added", () => {
  expect(hybrid(true)).toEqual(close({ 0: 0.484458, 1: 0.541362, 2: 0.306979, 3: 0.341252, 4: 0.641407, 5: 0.007228 }));
  expect(hybrid(true, 0.7)).toMatchObject(close({ 4: 0.669854, 1: 0.608162 }));
  expect(Object.keys(hybrid(true, 0))).toEqual(["0", "1", "2", "3", "4"]);
  expect(hybrid(true, 1)).toEqual(Object.fromEntries(dense().map(({ row, score }) => [row, score])));
  expect(hybrid(true, [0.5, 0.5])).toEqual(hybrid(true));
});

test("raw scores count by their ranks", () => {
  expect(hybrid(false)).toMatchObject(close({ 1: 0.416667, 5: 0.083333 }));
});

test("probabilities add up as evidence", () => {
  expect(hybrid("bb25")).toEqual(
    close({ 0: 0.458747, 1: 0.633728, 2: 0.262921, 3: 0.300552, 4: 0.853651, 5: 0.208724 }),
  );
});
