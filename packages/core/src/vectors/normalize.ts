import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { dotProduct } from "./similarity.ts";

const SMALLEST_NORM = 1e-12; // torch.nn.functional.normalize, eps: the zero vector stays zero

/** x / max(‖x‖₂, 1e-12) over the last axis, as graph nodes. */
export function normalizeRows(graph: GraphBuilder, vectors: Value): Value {
  const norm = graph.node("ReduceL2", [vectors, graph.integers(-1)], { keepdims: 1 });
  return graph.node("Div", [vectors, graph.node("Max", [norm, graph.scalar(SMALLEST_NORM)])]);
}

/** x / max(‖x‖₂, 1e-12), as a new vector. */
export function normalize(vector: Float32Array): Float32Array {
  const norm = Math.max(Math.sqrt(dotProduct(vector, vector)), SMALLEST_NORM);
  return vector.map((component) => component / norm);
}
