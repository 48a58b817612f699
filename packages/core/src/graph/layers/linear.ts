import type { Weights } from "../../weights/weights.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

/** torch.nn.Linear on rows: x · Wᵀ + b, with the weight as torch stores it, [outputs, inputs]. */
export function linear(graph: GraphBuilder, weights: Weights, rows: Value, { inputs, outputs }: LinearSize): Value {
  const weight = graph.weight(weights.tensor("weight", [outputs, inputs]));
  const bias = weights.has("bias") ? graph.weight(weights.tensor("bias", [outputs])) : undefined;
  return graph.node("Gemm", bias === undefined ? [rows, weight] : [rows, weight, bias], { transB: 1 }); // [T,inputs] → [T,outputs]
}

export interface LinearSize {
  readonly inputs: number;
  readonly outputs: number;
}
