import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { GraphBuilder } from "../graph/graph-builder.ts";
import { encoderLinears } from "../graph/layers/encoder-linear.ts";
import type { LinearInput } from "../graph/layers/encoder-linear.ts";
import { scopeOf } from "../weights/weights.ts";
import { observeChannels } from "./calibration.ts";
import { multipliesExactly } from "./exact-weight-bytes.ts";
import type { WeightBytes } from "./model-precision.ts";

/** Those that this processor can be tested with; where there are both, they have to give the same numbers. */
const exactKinds: readonly WeightBytes[] = (await multipliesExactly("int8")) ? ["uint8", "int8"] : ["uint8"];

test("every result is as near to the exact one as the steps of its row and column allow", async () => {
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      const results = await multiply(problem);
      const exact = multiplyExactly(problem);
      for (const [index, { value, tolerance }] of exact.entries()) {
        expect(Math.abs((results[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance);
      }
    }),
    { numRuns: 60 },
  );
});

test("a row gives the same numbers whatever stands beside it", async () => {
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      const together = await multiply(problem);
      for (const [index, row] of problem.rows.entries()) {
        const alone = await multiply({ ...problem, rows: [row] });
        expect(together.slice(index * problem.weight.length, (index + 1) * problem.weight.length)).toEqual(alone);
      }
    }),
    { numRuns: 15 },
  );
});

test("one large channel does not coarsen the others once it has been seen", async () => {
  const inputs = 64;
  const row = Array.from({ length: inputs }, (_, index) => (index === 7 ? 90 : Math.sin(index)));
  const weight = Array.from({ length: 8 }, (_, output) =>
    Array.from({ length: inputs }, (_, index) => Math.cos(output * 13 + index * index)),
  );
  const problem = { rows: [row], weight, bias: undefined, least: undefined };
  const exact = multiplyExactly(problem);
  const worst = async (calibration?: readonly number[]): Promise<number> => {
    const results = await multiply(problem, { calibration });
    return Math.max(...exact.map(({ value }, index) => Math.abs((results[index] ?? Number.NaN) - value)));
  };
  expect(await worst(row)).toBeLessThan((await worst()) / 2);
});

test("the parts of one tensor are layers of their own, with weights of any stored type", async () => {
  const stacked = [[1, 2], [-3, 4], [5, -6], [0.5, 0.25]]; // prettier-ignore
  const rows = [[1, -2], [0.5, 4]]; // prettier-ignore
  for (const dtype of ["F32", "F16", "BF16"] as const) {
    const [first, second] = await multiplyParts({ rows, stacked, dtype });
    const expected = [stacked.slice(0, 2), stacked.slice(2)].map((weight) =>
      multiplyExactly({ rows, weight, bias: undefined, least: undefined }),
    );
    for (const [index, { value, tolerance }] of (expected[0] ?? []).entries())
      expect(Math.abs((first?.[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance);
    for (const [index, { value, tolerance }] of (expected[1] ?? []).entries())
      expect(Math.abs((second?.[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance);
  }
});

test("a number that is none is not hidden", async () => {
  const weight = [[1, 2], [3, 4]]; // prettier-ignore
  const nothing = { bias: undefined, least: undefined };
  expect(await multiply({ ...nothing, rows: [[Number.NaN, 1]], weight })).toSatisfy(hasNone);
  expect(await multiply({ ...nothing, rows: [[Number.POSITIVE_INFINITY, 1]], weight })).toSatisfy(hasNone);
  expect(await multiply({ ...nothing, rows: [[1, 1]], weight: [[Number.NaN, 2], [3, 4]] })).toSatisfy(hasNone); // prettier-ignore
});

const hasNone = (numbers: readonly number[]): boolean => numbers.some((number) => !Number.isFinite(number));

/** y = x · Wᵀ + b */
interface Problem {
  readonly rows: readonly (readonly number[])[];
  /** [outputs][inputs] */
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[] | undefined;
  readonly least: number | undefined;
}

const magnitude = fc.constantFrom(1e-20, 1e-3, 1, 50, 1e15);
const unit = fc.double({ min: -1, max: 1, noNaN: true });

/** A row, or an output's weights, of any size of numbers; all zeros among them. */
function numbers(length: number) {
  const values = fc.array(fc.oneof({ weight: 4, arbitrary: unit }, fc.constant(0)), {
    minLength: length,
    maxLength: length,
  });
  const scaled = fc
    .tuple(values, magnitude)
    .map(([units, factor]) => units.map((value) => Math.fround(value * factor)));
  return fc.oneof({ weight: 8, arbitrary: scaled }, fc.constant(Array.from({ length }, () => 0)));
}

const problems: fc.Arbitrary<Problem> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 40 }),
    outputs: fc.integer({ min: 1, max: 20 }),
    rows: fc.integer({ min: 1, max: 5 }),
    least: fc.constantFrom(undefined, undefined, 0, -0.1701),
    biased: fc.boolean(),
  })
  .chain(({ inputs, outputs, rows, least, biased }) =>
    fc.record({
      rows: fc.array(
        numbers(inputs).map((row) => (least === undefined ? row : row.map((value) => Math.max(value, least)))),
        { minLength: rows, maxLength: rows },
      ),
      weight: fc.array(numbers(inputs), { minLength: outputs, maxLength: outputs }),
      bias: biased ? numbers(outputs) : fc.constant(undefined),
      least: fc.constant(least),
    }),
  );

/** In float64, with the most that rounding to bytes can change: half a step of each factor. */
function multiplyExactly({ rows, weight, bias, least }: Problem): { value: number; tolerance: number }[] {
  return rows.flatMap((row) => {
    const rowStep = stepOf(row, least);
    return weight.map((column, output) => {
      const columnStep = Math.max(largest(column) / 127, SMALLEST_STEP);
      const value = column.reduce((sum, factor, index) => sum + factor * (row[index] ?? 0), bias?.[output] ?? 0);
      const error = column.reduce((sum, factor, index) => {
        const [x, w] = [Math.abs(row[index] ?? 0), Math.abs(factor)];
        return sum + (x * columnStep) / 2 + (w * rowStep) / 2 + (rowStep * columnStep) / 4;
      }, 0);
      const rounding = 1e-5 * (error + Math.abs(value) + Math.abs(bias?.[output] ?? 0));
      return { value, tolerance: error * 1.001 + rounding + 1e-25 };
    });
  });
}

const SMALLEST_STEP = 1e-30; // smaller rows count as zeros

function stepOf(row: readonly number[], least: number | undefined): number {
  if (least === undefined) return Math.max(largest(row) / 127, SMALLEST_STEP);
  return least === 0 ? Math.max(Math.max(...row) / 255, SMALLEST_STEP) : Math.max(Math.max(...row) / 223, -least / 32);
}

function largest(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

async function multiply(
  { rows, weight, bias, least }: Problem,
  { calibration }: { readonly calibration?: readonly number[] | undefined } = {},
): Promise<number[]> {
  const sizes = { inputs: weight[0]?.length ?? 0, outputs: weight.length };
  const tensors = [
    { name: "weight", shape: [sizes.outputs, sizes.inputs], values: weight.flat() },
    ...(bias === undefined ? [] : [{ name: "bias", shape: [sizes.outputs], values: bias }]),
  ];
  const [result = []] = await run(tensors, { rows, least }, ({ graph, weights, input }) => {
    const layers = [{ weights, ...sizes, bias: bias !== undefined }];
    if (calibration !== undefined) {
      const seen = graph.node("Unsqueeze", [graph.floats(Float32Array.from(calibration)), graph.integers(0)]);
      observeChannels(graph, seen, layers);
    }
    return encoderLinears(graph, input, layers);
  });
  return result;
}

async function multiplyParts({
  rows,
  stacked,
  dtype,
}: {
  readonly rows: readonly (readonly number[])[];
  readonly stacked: readonly (readonly number[])[];
  readonly dtype: Dtype;
}): Promise<number[][]> {
  const tensor = { name: "weight", shape: [stacked.length, 2], values: stacked.flat(), dtype };
  const sizes = { inputs: 2, outputs: stacked.length / 2, bias: false };
  return run([tensor], { rows, least: undefined }, ({ graph, weights, input }) =>
    encoderLinears(graph, input, [
      { weights, ...sizes, part: { index: 0, of: 2 } },
      { weights, ...sizes, part: { index: 1, of: 2 } },
    ]),
  );
}

type Dtype = "F32" | "F16" | "BF16";

interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype?: Dtype;
}

interface Parts {
  readonly graph: GraphBuilder;
  readonly weights: ReturnType<typeof scopeOf>;
  readonly input: LinearInput;
}

type Build = (parts: Parts) => readonly Parameters<GraphBuilder["output"]>[1][];

async function run(tensors: readonly StoredTensor[], input: ProblemInput, build: Build): Promise<number[][]> {
  const [first = [], ...others] = await Promise.all(exactKinds.map((kind) => runWith(kind, tensors, input, build)));
  for (const other of others) expect(other).toEqual(first);
  return first;
}

type ProblemInput = Pick<Problem, "rows" | "least">;

async function runWith(
  weightBytes: WeightBytes,
  tensors: readonly StoredTensor[],
  { rows, least }: ProblemInput,
  build: Build,
): Promise<number[][]> {
  await using directory = await temporaryDirectory();
  const locations = await Promise.all(tensors.map((tensor) => store(directory.path, tensor)));
  const weights = scopeOf({ folder: directory.path, tensors: new Map(locations.map((at) => [at.name, at])) }, "");
  const graph = new GraphBuilder(directory.path, { precision: "int8", weightBytes });
  const dims = [rows.length, rows[0]?.length ?? 0];
  const input = { rows: graph.input("x", { type: "float32", dims: ["rows", dims[1] ?? 0] }), least };
  for (const [index, value] of build({ graph, weights, input }).entries()) {
    graph.output(`y${index}`, value, { type: "float32", dims: ["rows", "outputs"] });
  }
  const session = await InferenceSession.create(graph.finish(), {
    graphOptimizationLevel: "basic",
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: directory.path } },
  });
  const outputs = await session.run({ x: new Tensor("float32", Float32Array.from(rows.flat()), dims) });
  await session.release();
  return session.outputNames.map((name) => Array.from(outputs[name]?.data as Float32Array));
}

async function store(folder: string, { name, shape, values, dtype = "F32" }: StoredTensor) {
  const bytes = encoders[dtype](values);
  const file = join(folder, `${name}.bin`);
  await writeFile(file, bytes);
  return { name, file, dtype, shape, offset: 0, length: bytes.byteLength };
}

const encoders: Record<Dtype, (values: readonly number[]) => Uint8Array> = {
  F32: (values) => new Uint8Array(Float32Array.from(values).buffer),
  F16: (values) => {
    const view = new DataView(new ArrayBuffer(values.length * 2));
    for (const [index, value] of values.entries()) view.setFloat16(index * 2, value, true);
    return new Uint8Array(view.buffer);
  },
  // The upper half of a float32; the values here need no rounding.
  BF16: (values) =>
    new Uint8Array(Uint16Array.from(new Uint32Array(Float32Array.from(values).buffer), (bits) => bits >>> 16).buffer),
};
