import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { maskFactors, pooledMask } from "./mask.ts";
import type { PooledTokens } from "./pooling.ts";

const SMALLEST_COUNT = 1e-9; // torch.clamp(mask.sum(1), min=1e-9): an empty text becomes the zero vector

/** Σ x·m / max(Σ m, 1e-9) */
export function mean(graph: GraphBuilder, tokens: PooledTokens): Value {
  if (pooledMask(tokens) === undefined) {
    return graph.node("ReduceMean", [tokens.hiddenStates, graph.integers(1)], { keepdims: 0 });
  }
  const { sum, count } = maskedSum(graph, tokens);
  return graph.node("Div", [sum, count]);
}

/** Σ x·m / √max(Σ m, 1e-9) */
export function meanSqrtLength(graph: GraphBuilder, tokens: PooledTokens): Value {
  const { sum, count } = maskedSum(graph, tokens);
  return graph.node("Div", [sum, graph.node("Sqrt", [count])]);
}

function maskedSum(graph: GraphBuilder, tokens: PooledTokens): { sum: Value; count: Value } {
  const { hiddenStates } = tokens;
  const counted = pooledMask(tokens);
  const axis = graph.integers(1);
  if (counted === undefined) {
    const length = graph.widen(graph.node("Shape", [hiddenStates], { start: 1, end: 2 })); // [1]
    return { sum: graph.node("ReduceSum", [hiddenStates, axis], { keepdims: 0 }), count: length };
  }
  const mask = maskFactors(graph, counted); // [B,S,1]
  const sum = graph.node("ReduceSum", [graph.node("Mul", [hiddenStates, mask]), axis], { keepdims: 0 }); // [B,H]
  const count = graph.node("ReduceSum", [mask, axis], { keepdims: 0 }); // [B,1]
  return { sum, count: graph.node("Max", [count, graph.scalar(SMALLEST_COUNT)]) };
}
