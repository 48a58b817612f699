import { MICROSOFT } from "../graph-builder.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

// torch adds the most negative float32 to the scores of padding; onnxruntime's default of -10000 would differ.
const LOWEST_FLOAT32 = -3.4028234663852886e38;

/**
 * Scaled dot-product attention over all heads: [B,S,H] × 3 → [B,S,H].
 *
 * Without a mask onnxruntime takes its blocked ("flash") path, which keeps no [S,S] scores. In float32 the two paths
 * were measured equally fast on MiniLM; what batches of equal length save is the padding.
 */
export function multiHeadAttention(graph: GraphBuilder, { query, key, value, attentionMask, heads }: Attention): Value {
  const inputs = [query, key, value];
  const options = { domain: MICROSOFT };
  if (attentionMask === undefined) return graph.node("MultiHeadAttention", inputs, { num_heads: heads }, options);
  return graph.node(
    "MultiHeadAttention",
    [...inputs, undefined, attentionMask],
    { num_heads: heads, mask_filter_value: { float: LOWEST_FLOAT32 } },
    options,
  );
}

export interface Attention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** int32 [B,S], 1 for a token and 0 for padding; absent when no row has padding. */
  readonly attentionMask: Value | undefined;
  readonly heads: number;
}
