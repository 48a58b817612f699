import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { maskFactors, pooledMask } from "./mask.ts";
import type { PooledTokens } from "./pooling.ts";

const SMALLEST_WEIGHT = 1e-9;

/**
 * Σ x·w / max(Σ w, 1e-9) with w = 1, 2, 3 … from the first real token on, and 0 for padding. Tokens that are left out
 * of the pooling count as positions all the same.
 */
export function weightedMean(graph: GraphBuilder, tokens: PooledTokens): Value {
  const { hiddenStates, attentionMask } = tokens;
  const length = graph.node("Shape", [hiddenStates], { start: 1, end: 2 }); // [1]
  const end = graph.node("Squeeze", [graph.node("Add", [length, graph.integers(1)]), graph.integers(0)]);
  const one = graph.node("Squeeze", [graph.integers(1), graph.integers(0)]);
  const positions = graph.widen(graph.node("Range", [one, end, one])); // [S]: 1, 2, 3 …
  const column = graph.node("Unsqueeze", [positions, graph.integers(0, 2)]); // [1,S,1]
  const counted = attentionMask === undefined ? column : withoutPadsBefore(graph, column, attentionMask); // [B,S,1]
  const mask = pooledMask(tokens);
  const weights = mask === undefined ? counted : graph.node("Mul", [maskFactors(graph, mask), counted]); // [B,S,1]
  const axis = graph.integers(1);
  const sum = graph.node("ReduceSum", [graph.node("Mul", [hiddenStates, weights]), axis], { keepdims: 0 }); // [B,H]
  const total = graph.node("ReduceSum", [weights, axis], { keepdims: 0 }); // [B,1]
  return graph.node("Div", [sum, graph.node("Max", [total, graph.scalar(SMALLEST_WEIGHT)])]);
}

function withoutPadsBefore(graph: GraphBuilder, column: Value, attentionMask: Value): Value {
  const padding = graph.widen(graph.node("ArgMax", [attentionMask], { axis: 1, keepdims: 1 })); // [B,1]: pads on the left
  return graph.node("Sub", [column, graph.node("Unsqueeze", [padding, graph.integers(-1)])]); // [B,S,1]
}
