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
  { size, epsilon, bias = true }: LayerNormSize,
): Value {
  // Checkpoints that came from TensorFlow call the two gamma and beta.
  const [weightName, biasName] = weights.has("gamma") ? ["gamma", "beta"] : ["weight", "bias"];
  const inputs = [input, graph.weight(weights.tensor(weightName, [size]))];
  if (bias) inputs.push(graph.weight(weights.tensor(biasName, [size])));
  return graph.node("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } });
}

export interface LayerNormSize {
  readonly size: number;
  readonly epsilon: number;
  /** @default true */
  readonly bias?: boolean;
}
