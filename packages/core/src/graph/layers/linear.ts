import type { Weights } from "../../weights/weights.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

/** torch.nn.Linear on rows: x · Wᵀ + b, in float32. [T,inputs] → [T,outputs] */
export function linear(graph: GraphBuilder, weights: Weights, rows: Value, size: LinearSize): Value {
  const { weight, bias } = linearOperands(graph, weights, size);
  return graph.node("Gemm", [rows, weight, ...(bias === undefined ? [] : [bias])], { transB: 1 });
}

export interface LinearSize {
  readonly inputs: number;
  readonly outputs: number;
  /** @default true */
  readonly bias?: boolean;
  /** @default the whole tensor */
  readonly part?: { readonly index: number; readonly of: number };
}

/** What a linear layer multiplies with and adds, as float32. */
export interface LinearOperands {
  /** As torch stores it: [outputs,inputs]. */
  readonly weight: Value;
  /** [outputs] */
  readonly bias: Value | undefined;
  /** Tells the layer from all others of the checkpoint. */
  readonly name: string;
}

/**
 * Several layers that a checkpoint keeps in one tensor, one below the other, are cut apart by `part`: onnxruntime does
 * so once, when it opens the session.
 */
export function linearOperands(
  graph: GraphBuilder,
  weights: Weights,
  { inputs, outputs, bias = true, part = { index: 0, of: 1 } }: LinearSize,
): LinearOperands {
  const cut = (stacked: Value): Value => {
    if (part.of === 1) return stacked;
    const [start, end] = [graph.integers(part.index * outputs), graph.integers((part.index + 1) * outputs)];
    return graph.node("Slice", [stacked, start, end, graph.integers(0)]);
  };
  const stored = weights.tensor("weight", [part.of * outputs, inputs]);
  return {
    name: `${stored.name}[${part.index}]`,
    weight: cut(graph.weight(stored)),
    bias: bias ? cut(graph.weight(weights.tensor("bias", [part.of * outputs]))) : undefined,
  };
}
