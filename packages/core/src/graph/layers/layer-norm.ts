import type { Weights } from "../../weights/weights.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

/**
 * torch.nn.LayerNorm over the last axis.
 *
 * A residual connection is a plain Add before it: onnxruntime's SkipLayerNormalization, which does both at once,
 * was measured several times slower on CPU than the two nodes.
 */
export function layerNorm(
  graph: GraphBuilder,
  weights: Weights,
  input: Value,
  { size, epsilon }: LayerNormSize,
): Value {
  const scale = graph.weight(weights.tensor("weight", [size]));
  const bias = graph.weight(weights.tensor("bias", [size]));
  return graph.node("LayerNormalization", [input, scale, bias], { axis: -1, epsilon: { float: epsilon } });
}

export interface LayerNormSize {
  readonly size: number;
  readonly epsilon: number;
}
