import { ModelError } from "../errors.ts";
import { MICROSOFT } from "../graph/graph-builder.ts";
import type { GraphBuilder } from "../graph/graph-builder.ts";

// The largest bytes there are: 2 · 255 · 127 is more than 16 bits hold, which is where older processors saturate.
const LARGEST_ACTIVATION = 255;
const LARGEST_WEIGHT = 127;
const ROWS = 4;
const INPUTS = 64;
const OUTPUTS = 16;

/** The output that `addLargestProducts` adds. */
export const LARGEST_PRODUCTS = "largest_products";

/**
 * Adds an output that tells whether onnxruntime multiplies uint8 by such weights exactly on this processor: products of
 * the largest bytes. On x86 without VNNI it adds pairs of products with int8 in 16 bits, and tokens with large values
 * would silently come out wrong.
 */
export function addLargestProducts(graph: GraphBuilder): void {
  const zero = graph.weightBytes === "int8" ? 0 : 128;
  const rows = graph.node("Expand", [graph.byte(LARGEST_ACTIVATION), graph.integers(ROWS, INPUTS)]);
  const largest = graph.node("Expand", [graph.scalar(zero + LARGEST_WEIGHT), graph.integers(INPUTS, OUTPUTS)]);
  const weights = graph.toBytes(largest, graph.weightBytes);
  const inputs = [
    rows,
    weights,
    graph.scalar(1),
    graph.scalar(1),
    graph.byte(0),
    zero > 0 ? graph.byte(zero) : undefined,
  ];
  const sums = graph.node("MatMulIntegerToFloat", inputs, {}, { domain: MICROSOFT });
  graph.output(LARGEST_PRODUCTS, sums, { type: "float32", dims: [ROWS, OUTPUTS] });
}

/** Whether these are the sums that there should be. */
export function isExact(sums: Float32Array): boolean {
  const expected = INPUTS * LARGEST_ACTIVATION * LARGEST_WEIGHT;
  return sums.length === ROWS * OUTPUTS && sums.every((sum) => sum === expected);
}

/** @throws {ModelError} `precision_unsupported` where int8 would not be what it says. */
export function requireExactProducts(sums: Float32Array): void {
  if (isExact(sums)) return;
  throw new ModelError(
    "precision_unsupported",
    "This processor does not multiply bytes exactly, so int8 vectors would be wrong.",
    {
      hint: "Use fp32, which is right on every processor.",
      details: { precision: "int8" },
    },
  );
}
