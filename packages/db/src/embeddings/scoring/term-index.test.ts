import { describe, expect, test } from "vitest";
import { M6 } from "../m6.fixture.ts";
import { TermIndex } from "./term-index.ts";
import type { TermIndexOptions } from "./term-index.ts";

function indexed(options: TermIndexOptions): TermIndex {
  const index = new TermIndex(options);
  for (const [row, text] of M6.entries()) index.add(row, text);
  return index;
}

function close(...rows: [row: number, score: number][]) {
  return rows.map(([row, score]) => ({ row, score: expect.closeTo(score, 5) as number }));
}

describe("insulin therapy", () => {
  test("raw", () => {
    const query = "insulin therapy";
    expect(indexed({ method: "bm25" }).search(query, 3)).toEqual(close([4, 2.116975], [1, 1.38967], [0, 0.951749]));
    expect(indexed({ method: "bm25" }).search(query, 9)).toHaveLength(3);
    expect(indexed({ method: "tfidf" }).search(query, 3)).toEqual(close([4, 1.396426], [1, 0.923649], [0, 0.615766]));
    expect(indexed({ method: "sif" }).search(query, 3)).toEqual(close([4, 0.036783], [0, 0.022005], [1, 0.014778]));
  });

  test("normalized: a share of what the index can give", () => {
    const index = indexed({ method: "bm25", normalize: true });
    expect(index.search("insulin therapy", 3)).toEqual(close([4, 0.570289], [1, 0.374362], [0, 0.25639]));
    expect(index.search(M6[1], 1)).toEqual([{ row: 1, score: 1 }]);
  });

  test("normalized: a probability", () => {
    for (const normalize of ["bb25", { method: "bayes" }]) {
      const index = indexed({ method: "bm25", normalize });
      expect(index.search("insulin therapy", 3)).toEqual(close([4, 0.819569], [1, 0.5], [0, 0.286742]));
    }
    expect(
      indexed({ method: "bm25", normalize: { method: "bb25", beta: 100 } }).search("insulin", 1)[0]?.score,
    ).toBeLessThan(0.01);
  });
});

test("asterisks stand for the rest of a word", () => {
  const index = indexed({ method: "bm25", normalize: true });
  expect(index.search("insul* stat*", 3)).toEqual(close([3, 0.498191], [1, 0.437173], [4, 0.332987]));
  expect(index.search("*sulin", 5).map(({ row }) => row)).toEqual([1, 4]);
  expect(index.search("*", 5)).toEqual([]);
});

test("nothing is found of nothing", () => {
  const index = indexed({ method: "bm25", normalize: true });
  expect(index.search("", 3)).toEqual([]);
  expect(index.search("unknown", 3)).toEqual([]);
  expect(new TermIndex({ method: "bm25", normalize: true }).search("insulin", 3)).toEqual([]);
});

test("only rows that may be found are, with the scores that they have among all", () => {
  const index = indexed({ method: "bm25", normalize: true });
  expect(index.search("insulin therapy", 3, new Set([0, 3]))).toEqual(close([0, 0.25639]));
});

test("a deleted row is not found, and the scores of the others do not move", () => {
  const index = indexed({ method: "bm25", normalize: true });
  index.delete(1);
  expect(index.search("insulin", 3)).toEqual(close([4, 0.398884]));
  expect(index.count).toBe(5);
});

test("what is equal but for rounding is a tie, in the order in which it was added", () => {
  const index = new TermIndex({ method: "tfidf", normalize: true });
  for (const [row, words] of [
    [1, 5],
    [4, 20],
    [9, 45],
    [2, 10],
  ].entries()) {
    const [frequency = 0, length = 0] = words;
    index.add(row, [
      ...Array<string>(frequency).fill("risk"),
      ...Array<string>(length - frequency).fill(`other${row}`),
    ]);
  }
  const found = index.search("risk", 9);
  expect(found.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
  expect(new Set(found.map(({ score }) => score)).size).toBe(1);
});
