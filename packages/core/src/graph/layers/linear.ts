import type { Weights } from "../../weights/weights.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

/**
 * torch.nn.Linear on rows: x · Wᵀ + b, with the weight as torch stores it, [outputs, inputs].
 *
 * Several layers that a checkpoint keeps in one tensor, one below the other, are cut apart by `part`: onnxruntime does
 * so once, when it opens the session.
 */
export function linear(
  graph: GraphBuilder,
  weights: Weights,
  rows: Value,
  { inputs, outputs, bias = true, part = { index: 0, of: 1 } }: LinearSize,
): Value {
  const cut = (stacked: Value): Value => {
    if (part.of === 1) return stacked;
    const [start, end] = [graph.integers(part.index * outputs), graph.integers((part.index + 1) * outputs)];
    return graph.node("Slice", [stacked, start, end, graph.integers(0)]);
  };
  const operands = [rows, cut(graph.weight(weights.tensor("weight", [part.of * outputs, inputs])))];
  if (bias) operands.push(cut(graph.weight(weights.tensor("bias", [part.of * outputs]))));
  return graph.node("Gemm", operands, { transB: 1 }); // [T,inputs] → [T,outputs]
}

export interface LinearSize {
  readonly inputs: number;
  readonly outputs: number;
  /** @default true */
  readonly bias?: boolean;
  /** @default the whole tensor */
  readonly part?: { readonly index: number; readonly of: number };
}
