import { ModelError } from "../errors.ts";
import { GraphBuilder, MICROSOFT } from "../graph/graph-builder.ts";
import { InferencePool } from "../tensors/inference-pool.ts";

// The largest bytes there are: 2 · 255 · 127 is more than 16 bits hold, which is where older processors saturate.
const LARGEST_ACTIVATION = 255;
const LARGEST_WEIGHT = 127;
const ROWS = 4;
const INPUTS = 64;
const OUTPUTS = 16;

/**
 * Whether onnxruntime multiplies uint8 by int8 exactly on this processor, found out by multiplying. On x86 without VNNI
 * it adds pairs of products in 16 bits, and tokens with large values would silently come out wrong.
 */
export function productsAreExact(): Promise<boolean> {
  known ??= multiplyLargest().then(isExact);
  known.catch(() => {
    known = undefined;
  });
  return known;
}

// Processors do not change while a program runs.
let known: Promise<boolean> | undefined;

/** Whether these are the sums that `productsAreExact` asks for. */
export function isExact(sums: Float32Array): boolean {
  const expected = INPUTS * LARGEST_ACTIVATION * LARGEST_WEIGHT;
  return sums.length === ROWS * OUTPUTS && sums.every((sum) => sum === expected);
}

/** @throws {ModelError} `input_invalid` where int8 would not be what it says. */
export function requireExactProducts(exact: boolean): void {
  if (exact) return;
  throw new ModelError(
    "input_invalid",
    "This processor does not multiply bytes exactly, so int8 vectors would be wrong.",
    {
      hint: "Leave `precision` out: fp32 is right on every processor. int8 needs VNNI or AMX on x86.",
      details: { precision: "int8" },
    },
  );
}

async function multiplyLargest(): Promise<Float32Array> {
  const setup = { model: productGraph(), weightsFolder: process.cwd(), threads: 1 };
  await using pool = await InferencePool.open(setup, { workers: 1 });
  const data = new Int32Array(ROWS * INPUTS).fill(LARGEST_ACTIVATION);
  return (await pool.run({ rows: { data, dims: [ROWS, INPUTS] } })).data;
}

function productGraph(): Uint8Array {
  const graph = new GraphBuilder();
  const rows = graph.node("Cast", [graph.input("rows", { type: "int32", dims: [ROWS, INPUTS] })], { to: UINT8 });
  const weights = graph.toInt8(graph.node("Expand", [graph.scalar(LARGEST_WEIGHT), graph.integers(INPUTS, OUTPUTS)]));
  const inputs = [rows, weights, graph.scalar(1), graph.scalar(1), graph.byte(0)];
  const sums = graph.node("MatMulIntegerToFloat", inputs, {}, { domain: MICROSOFT });
  graph.output("sums", sums, { type: "float32", dims: [ROWS, OUTPUTS] });
  return graph.finish();
}

const UINT8 = 2; // TensorProto.DataType
