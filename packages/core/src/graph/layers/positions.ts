import type { GraphBuilder, Value } from "../graph-builder.ts";

/** 0, 1, … for the tokens of a row: int32 [B,S] → int64 [S]. */
export function positions(graph: GraphBuilder, ids: Value): Value {
  const length = graph.node("Squeeze", [sequenceLength(graph, ids)]);
  return graph.node("Range", [graph.integer(0), length, graph.integer(1)]);
}

/** The first rows of a table, one for each position of `ids` [B,S]: [rows,size] → [S,size]. */
export function firstRows(graph: GraphBuilder, table: Value, ids: Value): Value {
  return graph.node("Slice", [table, graph.integers(0), sequenceLength(graph, ids), graph.integers(0)]);
}

/**
 * Positions that count tokens only, the first of them `paddingIndex + 1`; padding stays at `paddingIndex`: int32 [B,S]
 * → int64 [B,S].
 *
 * Padding is told by its id, not by the attention mask: create_position_ids_from_input_ids of RoBERTa and MPNet.
 */
export function positionsAfterPadding(graph: GraphBuilder, ids: Value, paddingIndex: number): Value {
  const padding = graph.integers(paddingIndex);
  const isPadding = graph.node("Equal", [graph.toInt64(ids), padding]);
  const isToken = graph.toInt64(graph.node("Not", [isPadding])); // [B,S]
  const count = graph.node("CumSum", [isToken, graph.integer(1)]);
  return graph.node("Add", [graph.node("Mul", [count, isToken]), padding]);
}

function sequenceLength(graph: GraphBuilder, ids: Value): Value {
  return graph.node("Shape", [ids], { start: 1, end: 2 }); // [1]
}
