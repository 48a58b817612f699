import { MICROSOFT } from "../graph-builder.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

// torch adds the most negative float32 to the scores of padding; onnxruntime's default of -10000 would differ.
const LOWEST_FLOAT32 = -3.4028234663852886e38;

/**
 * Scaled dot-product attention over all heads: [B,S,H] × 3 → [B,S,H].
 *
 * Without a mask and a bias onnxruntime takes its blocked ("flash") path, which keeps no [S,S] scores. In float32 the
 * two paths were measured equally fast on MiniLM; what batches of equal length save is the padding.
 */
export function multiHeadAttention(graph: GraphBuilder, attention: Attention): Value {
  const { query, key, value, attentionMask, scoreBias, heads } = attention;
  if (graph.calibrating) return plainAttention(graph, attention);
  const inputs = [query, key, value];
  const options = { domain: MICROSOFT };
  if (attentionMask === undefined && scoreBias === undefined) {
    return graph.node("MultiHeadAttention", inputs, { num_heads: heads }, options);
  }
  return graph.node(
    "MultiHeadAttention",
    [...inputs, undefined, attentionMask, scoreBias],
    { num_heads: heads, mask_filter_value: { float: LOWEST_FLOAT32 } },
    options,
  );
}

// The same of ONNX's operators, for calibration: no text has padding there.
function plainAttention(graph: GraphBuilder, { query, key, value, scoreBias, heads }: Attention): Value {
  const perHead = (states: Value, perm: readonly number[]): Value =>
    graph.node("Transpose", [graph.node("Reshape", [states, graph.integers(0, 0, heads, -1)])], { perm });
  const queries = perHead(query, [0, 2, 1, 3]); // [B,N,S,D]
  const products = graph.node("MatMul", [queries, perHead(key, [0, 2, 3, 1])]); // [B,N,S,S]
  const size = graph.widen(graph.node("Shape", [queries], { start: 3 })); // D
  const scores = graph.node("Div", [products, graph.node("Sqrt", [size])]);
  const biased = scoreBias === undefined ? scores : graph.node("Add", [scores, scoreBias]);
  const context = graph.node("MatMul", [graph.node("Softmax", [biased]), perHead(value, [0, 2, 1, 3])]); // [B,N,S,D]
  const texts = graph.node("Transpose", [context], { perm: [0, 2, 1, 3] });
  return graph.node("Reshape", [texts, graph.integers(0, 0, -1)]); // [B,S,H]
}

export interface Attention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** int32 [B,S], 1 for a token and 0 for padding; absent when no row has padding. */
  readonly attentionMask: Value | undefined;
  /** float32 [1,N or 1,S,S]: added to the scores of every text. */
  readonly scoreBias?: Value | undefined;
  readonly heads: number;
}

/** What `scoreBias` says of two tokens that are at most `window` apart, 0, or further, nearly -∞: [1,1,S,S]. */
export function windowBias(graph: GraphBuilder, positions: Value, { window }: { window: number }): Value {
  const distance = graph.node("Abs", [offsets(graph, positions)]); // [S,S]
  const outside = graph.node("Greater", [distance, graph.integers(window)]);
  // Finite, so that the scores of a padded token cannot all be -∞ and its hidden state not a number.
  const bias = graph.node("Where", [outside, graph.scalar(LOWEST_FLOAT32 / 2), graph.scalar(0)]);
  return graph.node("Unsqueeze", [bias, graph.integers(0, 1)]);
}

/** How far each key lies after each query: int64 [S] → [S,S]. */
export function offsets(graph: GraphBuilder, positions: Value): Value {
  const query = graph.node("Unsqueeze", [positions, graph.integers(1)]); // [S,1]
  return graph.node("Sub", [positions, query]);
}
