import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";
import { embedding } from "../../graph/layers/embedding.ts";
import { layerNorm } from "../../graph/layers/layer-norm.ts";
import { firstRows, positionsAfterPadding } from "../../graph/layers/positions.ts";
import type { Weights } from "../../weights/weights.ts";
import type { EncoderInputs } from "../architecture.ts";

/**
 * The sum of a word's, a position's and (where the model has them) a token type's vector, normalized: [B,S] → [B,S,E].
 *
 * modeling_bert.py BertEmbeddings, modeling_roberta.py RobertaEmbeddings, modeling_mpnet.py MPNetEmbeddings, …
 */
export function learnedEmbeddings(
  graph: GraphBuilder,
  weights: Weights,
  config: EmbeddingConfig,
  { inputIds, tokenTypeIds }: EncoderInputs,
): Value {
  const { embedding_size: size, type_vocab_size: types = 0 } = config;
  const words = embedding(graph, weights.scope("word_embeddings"), inputIds, { rows: config.vocab_size, size }); // [B,S,E]
  const typeScope = weights.scope("token_type_embeddings");
  let table = graph.weight(
    weights.scope("position_embeddings").tensor("weight", [config.max_position_embeddings, size]),
  ); // [P,E]
  if (types > 0 && tokenTypeIds === undefined) {
    // Type 0 everywhere: the sum of the two tables is folded when the session opens.
    const type = embedding(graph, typeScope, graph.integers(0), { rows: types, size }); // [1,E]
    table = graph.node("Add", [table, type]);
  }
  let sum = graph.node("Add", [words, positionRows(graph, table, inputIds, config)]); // [B,S,E]
  if (types > 0 && tokenTypeIds !== undefined) {
    sum = graph.node("Add", [sum, embedding(graph, typeScope, tokenTypeIds, { rows: types, size })]);
  }
  return layerNorm(graph, weights.scope("LayerNorm"), sum, { size, epsilon: config.layer_norm_eps });
}

export interface EmbeddingConfig {
  readonly vocab_size: number;
  readonly embedding_size: number;
  readonly max_position_embeddings: number;
  readonly layer_norm_eps: number;
  /** Absent in models without token types. */
  readonly type_vocab_size?: number;
  /** The id of padding, where positions count tokens from the next number on; absent where they count all from 0. */
  readonly padding_idx?: number;
}

// [S,E] or, where positions depend on the tokens, [B,S,E].
function positionRows(graph: GraphBuilder, table: Value, ids: Value, { padding_idx }: EmbeddingConfig): Value {
  if (padding_idx === undefined) return firstRows(graph, table, ids);
  return graph.node("Gather", [table, positionsAfterPadding(graph, ids, padding_idx)], { axis: 0 });
}
