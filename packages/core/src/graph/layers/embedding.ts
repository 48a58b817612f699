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

export interface EmbeddingSize {
  readonly rows: number;
  readonly size: number;
}
