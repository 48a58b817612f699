import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { maskFactors, pooledMask, tokenAt } from "./mask.ts";
import type { PooledTokens } from "./pooling.ts";

/** The last real token; a row of padding alone becomes the zero vector. */
export function lastToken(graph: GraphBuilder, pooled: PooledTokens): Value {
  const { hiddenStates } = pooled;
  const mask = pooledMask(pooled);
  if (mask === undefined) {
    return graph.node("Squeeze", [
      graph.node("Slice", [
        hiddenStates,
        graph.integers(-1),
        graph.integers(Number.MAX_SAFE_INTEGER),
        graph.integers(1),
      ]),
      graph.integers(1),
    ]);
  }
  const tokens = graph.node("Mul", [hiddenStates, maskFactors(graph, mask)]); // [B,S,H], padding is zero
  const last = graph.node("ArgMax", [mask], { axis: 1, keepdims: 0, select_last_index: 1 }); // [B]
  return tokenAt(graph, tokens, last);
}
