import { beforeAll, describe, expect, test } from "vitest";

import { floats, maxDifference } from "../../../../testing/golden/golden.ts";
import { readOutputsGolden, rowsOf } from "../../../../testing/golden/outputs.ts";
import type { OutputsGolden } from "../../../../testing/golden/outputs.ts";
import { similarities, similarityMatrix, similarityNames, similarityPairwise } from "./similarity.ts";
import type { SimilarityName } from "./similarity.ts";

let golden: OutputsGolden["similarity"];
beforeAll(async () => {
  golden = (await readOutputsGolden()).similarity;
});

describe("against sentence-transformers, with zero vectors and norms below the epsilon", () => {
  test.each(similarityNames)("%s", (name) => {
    const expected = golden.functions.find((entry) => entry.name === name);
    const [a, b] = [rowsOf(golden.a), rowsOf(golden.b)];
    const matrix = similarityMatrix(a, b, name);
    const flat = Float32Array.from(matrix.flatMap((row) => [...row]));
    expect(maxDifference(flat, floats(expected?.matrix.base64 ?? ""))).toBeLessThanOrEqual(1e-6);
    expect(maxDifference(similarityPairwise(a, b, name), floats(expected?.pairwise.base64 ?? ""))).toBeLessThanOrEqual(
      1e-6,
    );
    // What the epsilon makes of a tiny vector is far below the tolerance above: compare it by its own size.
    for (const [column, score] of floats(expected?.matrix.base64 ?? "")
      .subarray(10, 15)
      .entries()) {
      expect(matrix[2]?.[column]).toBeCloseTo(score, 3 - Math.floor(Math.log10(Math.abs(score) || 1)));
    }
  });
});

test("the diagonal of the matrix is what the pairs give, and each entry what the function gives", () => {
  const [a, b] = [rowsOf(golden.a), rowsOf(golden.b)];
  for (const name of similarityNames) {
    const matrix = similarityMatrix(a, b, name);
    expect([...similarityPairwise(a, b, name)]).toEqual(a.map((_, index) => matrix[index]?.[index]));
    expect(matrix[3]?.[1]).toBe(
      Math.fround(similarities[name](a[3] ?? new Float32Array(), b[1] ?? new Float32Array())),
    );
  }
});

test("no vectors, no scores", () => {
  expect(similarityMatrix([], [])).toEqual([]);
  expect(similarityMatrix([new Float32Array(2)], [])).toEqual([new Float32Array()]);
  expect(similarityPairwise([], [])).toEqual(new Float32Array());
});

describe("what cannot be compared is refused with input_invalid", () => {
  const invalid = expect.objectContaining({ name: "ModelError", code: "input_invalid" }) as Error;
  const [short, long] = [new Float32Array(2), new Float32Array(3)];

  test.each(similarityNames)("vectors of two lengths by %s", (name) => {
    expect(() => similarityMatrix([short], [long], name)).toThrow(invalid);
    expect(() => similarityPairwise([short], [long], name)).toThrow(invalid);
  });

  test("different numbers of vectors as pairs", () => {
    expect(() => similarityPairwise([short], [short, short])).toThrow(invalid);
  });

  test("an unknown function", () => {
    expect(() => similarityMatrix([short], [short], "maxsim" as SimilarityName)).toThrow(invalid);
    expect(() => similarityPairwise([short], [short], "toString" as SimilarityName)).toThrow(invalid);
  });
});
