import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Metric } from "../schemas/metric.ts";
import { VectorStore } from "./vector-store.ts";

function cosine(left: Float32Array, right: Float32Array): number {
  const norm = Math.hypot(...left) * Math.hypot(...right);
  return norm === 0 ? 0 : product(left, right) / norm;
}

function product(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
}

function squaredDistance(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + (value - (right[at] ?? 0)) ** 2, 0);
}

const definitions: Readonly<Record<Metric, (left: Float32Array, right: Float32Array) => number>> = {
  cosine,
  dot: product,
  l2: (left, right) => 1 / (1 + squaredDistance(left, right)),
};

const component = fc.float({ min: -10, max: 10, noNaN: true });

test.each(Metric.options)("%s equals the definition, for any dimension, after any removals", (metric) => {
  const cases = fc.integer({ min: 1, max: 40 }).chain((dimension) => {
    const vector = fc
      .array(component, { minLength: dimension, maxLength: dimension })
      .map((values) => Float32Array.from(values));
    return fc.record({
      query: vector,
      rows: fc.array(vector, { maxLength: 40 }),
      removals: fc.array(fc.nat(), { maxLength: 10 }),
    });
  });
  fc.assert(
    fc.property(cases, ({ query, rows, removals }) => {
      const store = new VectorStore(query.length, metric);
      const expected = [...rows];
      for (const row of rows) store.push(row);
      for (const removal of removals) {
        if (expected.length === 0) break;
        const row = removal % expected.length;
        store.swapRemove(row);
        const last = expected.pop();
        if (last && row < expected.length) expected[row] = last;
      }
      const scores = store.scores(query);
      expect(scores).toHaveLength(expected.length);
      for (const [at, row] of expected.entries()) {
        const score = definitions[metric](query, row);
        // Sums of float32: seven digits of the largest term, which is 100.
        const tolerance = metric === "dot" ? 1e-2 : 1e-5;
        expect(Math.abs((scores[at] ?? Number.NaN) - score)).toBeLessThan(tolerance);
      }
      expect(store.scoresAt([...expected.keys()], query)).toEqual(scores);
    }),
  );
});

const row = (at: number) => Float32Array.from({ length: 100 }, (_, component) => Math.sin(at * 100 + component));

test("more rows than one block, more than the first memory", () => {
  const store = new VectorStore(100);
  for (let at = 0; at < 10_000; at++) store.push(row(at));
  const scores = store.scores(row(9_000));
  expect(scores).toHaveLength(10_000);
  expect(scores[9_000]).toBeCloseTo(1, 5);
  for (const at of [0, 4_095, 4_096, 8_192, 9_999]) expect(scores[at]).toBeCloseTo(cosine(row(9_000), row(at)), 5);
});
