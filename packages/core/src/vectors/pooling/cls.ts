import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { pooledMask, tokenAt } from "./mask.ts";
import type { PooledTokens } from "./pooling.ts";

/** The first real token, which is not the first position when padding stands on the left. */
export function cls(graph: GraphBuilder, tokens: PooledTokens): Value {
  const { hiddenStates } = tokens;
  const mask = pooledMask(tokens);
  if (mask === undefined) {
    const first = graph.node("Slice", [hiddenStates, graph.integers(0), graph.integers(1), graph.integers(1)]); // [B,1,H]
    return graph.node("Squeeze", [first, graph.integers(1)]);
  }
  return tokenAt(graph, hiddenStates, graph.node("ArgMax", [mask], { axis: 1, keepdims: 0 }));
}
