import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { activations } from "../../graph/layers/activation.ts";
import type { ActivationName } from "../../graph/layers/activation.ts";
import { linear } from "../../graph/layers/linear.ts";
import type { Weights } from "../../weights/weights.ts";

/**
 * Two linear layers on the first token's hidden state, with a function between them: [B,S,H] → [B,labels].
 *
 * BertPooler and its classifier, RobertaClassificationHead, ElectraClassificationHead, and so on.
 */
export function classificationHead(
  graph: GraphBuilder,
  { dense, projection }: { dense: Weights; projection: Weights },
  { hiddenStates, size, labels, activation }: HeadSizes & { readonly activation: ActivationName },
): Value {
  const first = firstToken(graph, hiddenStates); // [B,H]
  const pooled = activations[activation](graph, linear(graph, dense, first, { inputs: size, outputs: size })); // [B,H]
  return linear(graph, projection, pooled, { inputs: size, outputs: labels });
}

interface HeadSizes {
  /** [B,S,H] */
  readonly hiddenStates: Value;
  /** H */
  readonly size: number;
  readonly labels: number;
}

/** The hidden state of each text's first token: [B,S,H] → [B,H]. */
export function firstToken(graph: GraphBuilder, hiddenStates: Value): Value {
  return graph.node("Gather", [hiddenStates, graph.integer(0)], { axis: 1 });
}
