import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import type { PooledTokens } from "./pooling.ts";

/** int32 [B,S], 1 for the tokens to be pooled; absent when all are. */
export function pooledMask({ attentionMask, poolingMask }: PooledTokens): Value | undefined {
  return poolingMask ?? attentionMask;
}

/** The mask as factors for hidden states: int32 [B,S] → float32 [B,S,1]. */
export function maskFactors(graph: GraphBuilder, attentionMask: Value): Value {
  return graph.node("Unsqueeze", [graph.widen(attentionMask), graph.integers(-1)]);
}

/** The hidden states at one position of each row: [B,S,H], int64 [B] → [B,H]. */
export function tokenAt(graph: GraphBuilder, hiddenStates: Value, positions: Value): Value {
  const indices = graph.node("Unsqueeze", [positions, graph.integers(-1)]); // [B,1]
  return graph.node("GatherND", [hiddenStates, indices], { batch_dims: 1 });
}
