import type { GraphBuilder, Value } from "../graph-builder.ts";

/** The hidden state of each row's first token: [B,S,H] → [B,H]. */
export function firstToken(graph: GraphBuilder, hiddenStates: Value): Value {
  const first = graph.node("Slice", [hiddenStates, graph.integers(0), graph.integers(1), graph.integers(1)]); // [B,1,H]
  return graph.node("Squeeze", [first, graph.integers(1)]);
}
