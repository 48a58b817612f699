import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { floats, maxDifference } from "../../../../testing/golden/golden.ts";
import { readOutputsGolden, rowsOf } from "../../../../testing/golden/outputs.ts";
import { ModelError } from "../errors.ts";
import { meanPooling } from "./mean-pooling.ts";
import { normalize } from "./normalize.ts";
import { cosineSimilarity, dotProduct, similarities, similarityMatrix, similarityNames } from "./similarity.ts";

const component = fc
  .float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 })
  .filter((value) => Math.abs(value) > 1e-3); // lengths far from the smallest that normalize divides by
const vector = fc.array(component, { minLength: 4, maxLength: 4 }).map((values) => Float32Array.from(values));

describe("similarity", () => {
  test("known values", () => {
    const [a, b] = [Float32Array.of(3, 4), Float32Array.of(4, 3)];
    expect(dotProduct(a, b)).toBe(24);
    expect(cosineSimilarity(a, b)).toBeCloseTo(0.96, 12);
    expect(similarities.euclidean(a, b)).toBeCloseTo(-Math.SQRT2, 12);
    expect(similarities.manhattan(a, b)).toBe(-2);
  });

  test("cosine of the zero vector is 0, not NaN", () => {
    expect(cosineSimilarity(new Float32Array(2), Float32Array.of(1, 2))).toBe(0);
  });

  test.each(similarityNames)("%s is symmetric and highest for the vector itself at equal length", (name) => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        expect(similarities[name](a, b)).toBe(similarities[name](b, a));
        const [x, y] = [normalize(a), normalize(b)];
        expect(similarities[name](x, x)).toBeGreaterThanOrEqual(similarities[name](x, y) - 1e-5);
      }),
    );
  });

  test("a matrix has a row for each left and a column for each right vector", () => {
    const rows = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
    expect(similarityMatrix(rows, [...rows, Float32Array.of(1, 1)], "dot")).toEqual([
      Float32Array.of(1, 0, 1),
      Float32Array.of(0, 1, 1),
    ]);
    expect(similarityMatrix([], rows)).toEqual([]);
  });

  test("vectors of different models are not compared", () => {
    for (const name of similarityNames) {
      expect(() => similarities[name](new Float32Array(2), new Float32Array(3))).toThrow(ModelError);
    }
  });
});

describe("normalize", () => {
  test("any vector gets length 1 and keeps its direction", () => {
    fc.assert(
      fc.property(fc.array(component, { minLength: 1, maxLength: 20 }), (values) => {
        const scaled = normalize(Float32Array.from(values));
        expect(dotProduct(scaled, scaled)).toBeCloseTo(1, 5);
        expect(cosineSimilarity(scaled, Float32Array.from(values))).toBeCloseTo(1, 5);
      }),
    );
  });

  test("the zero vector stays zero", () => {
    expect(normalize(new Float32Array(3))).toEqual(new Float32Array(3));
  });
});

describe("meanPooling", () => {
  const lastHiddenState = { data: Float32Array.of(1, 2, 3, 4, 9, 9, 5, 6, 9, 9, 9, 9), dims: [2, 3, 2] };

  test("takes tokens and leaves padding out", () => {
    const rows = meanPooling({ lastHiddenState }, Int32Array.of(1, 1, 0, 1, 0, 0));
    expect(rows).toEqual([Float32Array.of(2, 3), Float32Array.of(5, 6)]);
  });

  test("a text without tokens is the zero vector", () => {
    expect(meanPooling({ lastHiddenState }, Int32Array.of(0, 0, 0, 1, 1, 1))[0]).toEqual(Float32Array.of(0, 0));
  });

  test("masks with holes, of padding alone and of one token: equal to the formula of the model card", async () => {
    const { hiddenStates, attentionMask, means } = (await readOutputsGolden()).pooling;
    const output = { lastHiddenState: { data: floats(hiddenStates.base64), dims: hiddenStates.dims } };
    const rows = meanPooling(output, Int32Array.from(attentionMask));
    for (const [index, expected] of rowsOf(means).entries()) {
      expect(maxDifference(rows[index] ?? new Float32Array(), expected)).toBeLessThanOrEqual(1e-6);
    }
    expect(rows).toHaveLength(8);
  });

  test("a mask of another batch is refused", () => {
    expect(() => meanPooling({ lastHiddenState }, Int32Array.of(1, 1))).toThrow(ModelError);
  });
});
