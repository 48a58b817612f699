import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { cls } from "./cls.ts";
import { lastToken } from "./last-token.ts";
import { max } from "./max.ts";
import { mean, meanSqrtLength } from "./mean.ts";
import { weightedMean } from "./weighted-mean.ts";

/**
 * How the hidden states of a text become one vector, as graph nodes: [B,S,H] → [B,H].
 *
 * The formulas and their edge cases are those of sentence-transformers 6 (`modules/pooling.py`): a mean over nothing
 * is the zero vector, a maximum over nothing is −∞, the first and the last token are the first and last *real* ones.
 */
export type Pooling = (graph: GraphBuilder, tokens: PooledTokens) => Value;

export interface PooledTokens {
  /** float32 [B,S,H] */
  readonly hiddenStates: Value;
  /** int32 [B,S], 1 for a token and 0 for padding; absent when no row has padding. */
  readonly attentionMask: Value | undefined;
  /** int32 [B,S], 1 for a token that is pooled, where those are fewer: a prompt may be left out. */
  readonly poolingMask?: Value | undefined;
}

/** By the name that sentence-transformers gives them in `1_Pooling/config.json`. */
const poolings = {
  cls,
  max,
  mean,
  mean_sqrt_len_tokens: meanSqrtLength,
  weightedmean: weightedMean,
  lasttoken: lastToken,
} as const satisfies Record<string, Pooling>;

export type PoolingMode = keyof typeof poolings;
export const poolingModes = Object.keys(poolings) as [PoolingMode, ...PoolingMode[]];

/** Applies one mode, or several whose vectors are joined end to end: [B,S,H] → [B, modes·H]. */
export function pool(graph: GraphBuilder, modes: readonly PoolingMode[], tokens: PooledTokens): Value {
  const vectors = modes.map((mode) => poolings[mode](graph, tokens));
  const [only] = vectors;
  return vectors.length === 1 && only !== undefined ? only : graph.node("Concat", vectors, { axis: -1 });
}
