import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { norm, SMALLEST_NORM } from "./norm.ts";

/** x / max(‖x‖₂, 1e-12) over the last axis, as graph nodes. */
export function normalizeRows(graph: GraphBuilder, vectors: Value): Value {
  const length = graph.node("ReduceL2", [vectors, graph.integers(-1)], { keepdims: 1 });
  return graph.node("Div", [vectors, graph.node("Max", [length, graph.scalar(SMALLEST_NORM)])]);
}

/** x / max(‖x‖₂, 1e-12), as a new vector; the zero vector stays zero. */
export function normalize(vector: Float32Array): Float32Array {
  return normalizeInPlace(vector.slice());
}

/** The same without a copy. */
export function normalizeInPlace(vector: Float32Array): Float32Array {
  const length = norm(vector);
  for (let component = 0; component < vector.length; component++) vector[component] = (vector[component] ?? 0) / length;
  return vector;
}
