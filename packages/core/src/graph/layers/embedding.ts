import type { Weights } from "../../weights/weights.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

/**
 * torch.nn.Embedding: one row of the table per id.
 *
 * The rows are widened after the look-up, so a float16 table stays as small in memory as it is in the file.
 */
export function embedding(graph: GraphBuilder, weights: Weights, ids: Value, { rows, size }: EmbeddingSize): Value {
  const table = weights.tensor("weight", [rows, size]);
  const found = graph.node("Gather", [graph.storedWeight(table), ids], { axis: 0 }); // [B,S] → [B,S,size]
  return table.dtype === "F32" ? found : graph.widen(found);
}

/** The first rows of a table, one for each position of `ids` [B,S]: [S,size]. */
export function positionEmbedding(
  graph: GraphBuilder,
  weights: Weights,
  ids: Value,
  { rows, size }: EmbeddingSize,
): Value {
  const table = graph.weight(weights.tensor("weight", [rows, size]));
  const sequenceLength = graph.node("Shape", [ids], { start: 1, end: 2 });
  return graph.node("Slice", [table, graph.integers(0), sequenceLength, graph.integers(0)]);
}

export interface EmbeddingSize {
  readonly rows: number;
  readonly size: number;
}
