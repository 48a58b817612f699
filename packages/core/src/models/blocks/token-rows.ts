import type { GraphBuilder, Value } from "../../graph/graph-builder.ts";

/**
 * Hidden states as one matrix [T,H], T = B·S, which is the form that linear layers were measured fastest on. Only
 * attention asks which tokens make up a text.
 */
export interface TokenRows {
  /** [T,E] */
  readonly rows: Value;
  /** [T,H] → [B,S,H] */
  readonly toTexts: (rows: Value) => Value;
  /** [B,S,H] → [T,H] */
  readonly toRows: (texts: Value) => Value;
}

/** Lets `compute` turn the rows of embeddings [B,S,E] into rows of hidden states, and gives those as texts: → [B,S,H]. */
export function onRows(
  graph: GraphBuilder,
  embedded: Value,
  { size, embeddingSize = size }: { size: number; embeddingSize?: number },
  compute: (tokens: TokenRows) => Value,
): Value {
  const texts = graph.node("Shape", [embedded], { end: 2 }); // (B, S)
  const shape = graph.node("Concat", [texts, graph.integers(size)], { axis: 0 }); // (B, S, H)
  const flatten = (value: Value, width: number): Value => graph.node("Reshape", [value, graph.integers(-1, width)]);
  const toTexts = (value: Value): Value => graph.node("Reshape", [value, shape]);
  const toRows = (value: Value): Value => flatten(value, size);
  return toTexts(compute({ rows: flatten(embedded, embeddingSize), toTexts, toRows }));
}
