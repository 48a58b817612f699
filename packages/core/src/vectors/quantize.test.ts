import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import { bytes, readOutputsGolden, rowsOf } from "../../../../testing/golden/outputs.ts";
import type { OutputsGolden } from "../../../../testing/golden/outputs.ts";
import { precisions } from "./precision.ts";
import type { Precision } from "./precision.ts";
import { quantizationRanges } from "./quantization-ranges.ts";
import type { QuantizationRanges } from "./quantization-ranges.ts";
import { quantizeEmbeddings } from "./quantize.ts";

let golden: OutputsGolden["quantization"];
beforeAll(async () => {
  golden = (await readOutputsGolden()).quantization;
});

const rawBytes = (array: Float32Array | Int8Array | Uint8Array): number[] => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];

describe("against sentence-transformers: equal to the last bit", () => {
  test.each(precisions)("%s", (precision) => {
    let compared = 0;
    for (const { vectors, calibration, ranges, results } of golden) {
      const [min = new Float32Array(), max = new Float32Array()] = rowsOf(ranges);
      const sources = {
        own: {},
        calibration: { calibrationEmbeddings: rowsOf(calibration) },
        ranges: { ranges: { min, max } },
      };
      for (const { source, stored } of results.filter((result) => result.precision === precision)) {
        const quantized = quantizeEmbeddings(rowsOf(vectors), { precision, ...sources[source] });
        expect([quantized.length, quantized[0]?.length], `${source} ${vectors.dims.join("×")}`).toEqual(stored.dims);
        expect(quantized.flatMap(rawBytes)).toEqual([...bytes(stored)]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(14);
  });
});

const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
const vectorsOf = (dimension: number): fc.Arbitrary<Float32Array[]> =>
  fc.array(
    fc.array(value, { minLength: dimension, maxLength: dimension }).map((row) => Float32Array.from(row)),
    {
      minLength: 2,
      maxLength: 20,
    },
  );

describe("laws", () => {
  test("a step is never further from its value than the width of a step", () => {
    fc.assert(
      fc.property(vectorsOf(5), (vectors) => {
        const { min, max } = quantizationRanges(vectors);
        for (const [row, stored] of quantizeEmbeddings(vectors, { precision: "uint8" }).entries()) {
          for (const [component, step] of stored.entries()) {
            const width = ((max[component] ?? 0) - (min[component] ?? 0)) / 255;
            const restored = (min[component] ?? 0) + step * width;
            expect(Math.abs(restored - (vectors[row]?.[component] ?? 0))).toBeLessThanOrEqual(width * 1.001 + 1e-6);
          }
        }
      }),
    );
  });

  test("int8 is uint8 less 128, binary is ubinary less 128", () => {
    fc.assert(
      fc.property(vectorsOf(11), (vectors) => {
        const stored = (precision: Precision): number[] =>
          quantizeEmbeddings(vectors, { precision }).flatMap((row) => [...row]);
        expect(stored("int8")).toEqual(stored("uint8").map((step) => step - 128));
        expect(stored("binary")).toEqual(stored("ubinary").map((byte) => byte - 128));
      }),
    );
  });

  test("the bits of a vector say which components are positive, and zeros fill the last byte", () => {
    const vector = Float32Array.of(1, 0, -1, 2, -0, 1e-30, 3, -2, /* second byte */ 5, -1, 4);
    expect(quantizeEmbeddings([vector], { precision: "ubinary" })).toEqual([Uint8Array.of(0b10010110, 0b10100000)]);
  });

  test("ranges make calls comparable: a vector's steps do not depend on its neighbours", () => {
    const ranges = quantizationRanges([Float32Array.of(-1, 0), Float32Array.of(1, 2)]);
    const vectors = [Float32Array.of(0.3, 1.1), Float32Array.of(-0.9, 5)];
    const together = quantizeEmbeddings(vectors, { precision: "int8", ranges });
    const alone = vectors.flatMap((vector) => quantizeEmbeddings([vector], { precision: "int8", ranges }));
    expect(together).toEqual(alone);
    expect(together[1]?.[1]).toBe(127); // clipped
  });

  test("the rows of a call are views on one buffer", () => {
    const [first, second] = quantizeEmbeddings([new Float32Array(9), new Float32Array(9)], { precision: "binary" });
    expect(first?.buffer).toBe(second?.buffer);
    expect(second?.byteOffset).toBe(2);
  });

  test("no vectors give none", () => {
    for (const precision of precisions) expect(quantizeEmbeddings([], { precision })).toEqual([]);
  });
});

describe("calibration", () => {
  test("says on how many vectors it rests", () => {
    const ranges = quantizationRanges([Float32Array.of(1, -2), Float32Array.of(0, 5), Float32Array.of(0.5, 0)]);
    expect(ranges).toEqual({ min: Float32Array.of(0, -2), max: Float32Array.of(1, 5), rows: 3 });
  });
});

describe("what cannot be quantized is refused with input_invalid", () => {
  const vectors = [Float32Array.of(1, 2), Float32Array.of(3, 4)];

  test.each([
    ["int8 of a single vector", [vectors[0]], { precision: "int8" }],
    ["NaN", [Float32Array.of(Number.NaN)], { precision: "binary" }],
    ["infinity", [Float32Array.of(Infinity)], { precision: "float32" }],
    ["vectors of two lengths", [...vectors, Float32Array.of(1)], { precision: "ubinary" }],
    ["an unknown precision", vectors, { precision: "int4" }],
    ["a precision of the prototype", vectors, { precision: "toString" }],
    ["ranges of another length", vectors, { precision: "uint8", ranges: ranges([0], [1]) }],
    ["ranges of two lengths", vectors, { precision: "uint8", ranges: ranges([0, 0], [1]) }],
    ["NaN in ranges", vectors, { precision: "uint8", ranges: ranges([0, Number.NaN], [1, 1]) }],
    ["an infinite range", vectors, { precision: "uint8", ranges: ranges([0, 0], [1, Infinity]) }],
    ["a range too wide for float32", vectors, { precision: "uint8", ranges: ranges([0, -3e38], [1, 3e38]) }],
    ["a range upside down", vectors, { precision: "int8", ranges: ranges([0, 1], [1, 0]) }],
    ["no calibration vectors", vectors, { precision: "int8", calibrationEmbeddings: [] }],
    [
      "calibration vectors of another length",
      vectors,
      { precision: "int8", calibrationEmbeddings: [Float32Array.of(1)] },
    ],
    ["NaN in calibration", vectors, { precision: "int8", calibrationEmbeddings: [Float32Array.of(1, Number.NaN)] }],
  ])("%s", (_, rows, options) => {
    expect(() => quantizeEmbeddings(rows as Float32Array[], options as { precision: Precision })).toThrow(
      expect.objectContaining({ name: "ModelError", code: "input_invalid" }),
    );
  });
});

function ranges(min: number[], max: number[]): QuantizationRanges {
  return { min: Float32Array.from(min), max: Float32Array.from(max) };
}
