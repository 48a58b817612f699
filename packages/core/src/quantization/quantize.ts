import type { GraphBuilder, Value } from "../graph/graph-builder.ts";

// Divides without harm where a row or a column holds nothing but zeros.
const SMALLEST_SCALE = 1e-30;

/** A weight as bytes, and what a step of each output is worth. */
export interface QuantizedWeight {
  /** [inputs,outputs], 127 steps to both sides of the zero point. */
  readonly values: Value;
  /** The byte that stands for 0; absent where that is 0. */
  readonly zeroPoint: Value | undefined;
  /** float32 [outputs] */
  readonly scales: Value;
}

/** Quantizes each output of a linear layer's weight [outputs,inputs] by itself. All of it is folded. */
export function quantizeWeight(graph: GraphBuilder, weight: Value): QuantizedWeight {
  const largest = largestMagnitudes(graph, weight, { axis: 1 }); // [outputs]
  const scales = scaleOf(graph, largest, { steps: 127, smallest: SMALLEST_SCALE });
  const zeros = graph.node("Mul", [scales, graph.scalar(0)]);
  const isSigned = graph.weightBytes === "int8";
  const places = isSigned ? zeros : graph.node("Add", [zeros, graph.scalar(SIGNED_ZERO)]);
  const zeroPoints = graph.toBytes(places, graph.weightBytes); // also says what the result is
  const values = graph.node("QuantizeLinear", [weight, scales, zeroPoints], { axis: 0 });
  return {
    scales,
    values: graph.node("Transpose", [values], { perm: [1, 0] }),
    zeroPoint: isSigned ? undefined : graph.byte(SIGNED_ZERO),
  };
}

/**
 * The largest magnitude along one axis of a constant matrix. Abs would be shorter: while a session opens, onnxruntime
 * holds all that it folds, and the magnitudes of all weights are as large as they.
 */
export function largestMagnitudes(graph: GraphBuilder, matrix: Value, { axis }: { readonly axis: 0 | 1 }): Value {
  const extreme = (operator: string): Value => graph.node(operator, [matrix, graph.integers(axis)], { keepdims: 0 });
  return graph.node("Max", [extreme("ReduceMax"), graph.node("Neg", [extreme("ReduceMin")])]);
}

/** Rows as uint8, and what a step of each row is worth. */
export interface QuantizedRows {
  /** uint8 [T,n] */
  readonly values: Value;
  /** float32 [T,1] */
  readonly scales: Value;
  /** uint8 scalar: the byte that stands for 0. */
  readonly zeroPoint: Value;
}

/**
 * Quantizes each row of float32 [T,n] by itself, so that a token's numbers never depend on its neighbours.
 *
 * Where values are known not to lie far below 0, most bytes are left for those above.
 */
export function quantizeRows(graph: GraphBuilder, rows: Value, least?: number): QuantizedRows {
  const zero = least === undefined ? SIGNED_ZERO : least === 0 ? 0 : POSITIVE_ZERO;
  const magnitudes = least === undefined ? graph.node("Abs", [rows]) : rows;
  const largest = graph.node("ReduceMax", [magnitudes, graph.integers(-1)], { keepdims: 0 }); // [T]
  const steps = 255 - zero;
  const smallest = least === undefined || least === 0 ? SMALLEST_SCALE : -least / zero;
  const scales = scaleOf(graph, largest, { steps, smallest });
  const zeroPoint = graph.byte(zero);
  const zeroPoints = zeroPointsOf(graph, { zeroPoint, scales });
  return {
    values: graph.node("QuantizeLinear", [rows, scales, zeroPoints], { axis: 0 }),
    scales: graph.node("Unsqueeze", [scales, graph.integers(1)]),
    zeroPoint,
  };
}

// [T]: the operator wants the byte once for each row. All linear layers of an encoder read the rows of the same tokens.
function zeroPointsOf(
  graph: GraphBuilder,
  { zeroPoint, scales }: { readonly zeroPoint: Value; readonly scales: Value },
): Value {
  const size = graph.once("tokens of a quantized row", () => graph.node("Shape", [scales])); // [1]
  return graph.once(`zero points ${zeroPoint}`, () => graph.node("Expand", [zeroPoint, size]));
}

const SIGNED_ZERO = 128;
// Of 16, 24 and 32 none was better than the others. The more there are below 0, the smaller a row's values may be
// before the few steps below 0 decide its scale.
const POSITIVE_ZERO = 32;

function scaleOf(
  graph: GraphBuilder,
  largest: Value,
  { steps, smallest }: { readonly steps: number; readonly smallest: number },
): Value {
  return graph.node("Max", [graph.node("Mul", [largest, graph.scalar(1 / steps)]), graph.scalar(smallest)]);
}
