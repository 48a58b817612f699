import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { maskFactors, pooledMask } from "./mask.ts";
import type { PooledTokens } from "./pooling.ts";

/** The largest value of each dimension over the real tokens. */
export function max(graph: GraphBuilder, tokens: PooledTokens): Value {
  const { hiddenStates } = tokens;
  const mask = pooledMask(tokens);
  const candidates = mask === undefined ? hiddenStates : withoutPadding(graph, hiddenStates, mask);
  return graph.node("ReduceMax", [candidates, graph.integers(1)], { keepdims: 0 });
}

function withoutPadding(graph: GraphBuilder, hiddenStates: Value, attentionMask: Value): Value {
  const isToken = graph.node("Greater", [maskFactors(graph, attentionMask), graph.scalar(0)]); // [B,S,1]
  return graph.node("Where", [isToken, hiddenStates, graph.scalar(-Infinity)]);
}
