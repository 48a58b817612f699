import { MICROSOFT } from "../graph-builder.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

/** The angle of each position and pair of components, as cosine and sine [S,D/2]. */
export interface Rotation {
  readonly cosine: Value;
  readonly sine: Value;
}

/** The rotations of RoPE (arXiv:2104.09864) for `positions` [S] and heads of D = `size` components. */
export function rotation(graph: GraphBuilder, positions: Value, { theta, size }: RotationSize): Rotation {
  const column = graph.node("Unsqueeze", [graph.widen(positions), graph.integers(1)]); // [S,1]
  const angle = graph.node("Mul", [column, graph.floats(inverseFrequencies({ theta, size }))]); // [S,D/2]
  return { cosine: graph.node("Cos", [angle]), sine: graph.node("Sin", [angle]) };
}

/** Turns each head's two halves against one another: [B,S,H] → [B,S,H]. */
export function rotate(graph: GraphBuilder, input: Value, { cosine, sine }: Rotation, heads: number): Value {
  if (graph.calibrating) return plainRotate(graph, input, { cosine, sine }, heads);
  const inputs = [input, graph.integers(0), cosine, sine];
  return graph.node("RotaryEmbedding", inputs, { num_heads: heads }, { domain: MICROSOFT });
}

// The same of ONNX's operators, for calibration.
function plainRotate(graph: GraphBuilder, input: Value, { cosine, sine }: Rotation, heads: number): Value {
  const halves = graph.node("Reshape", [input, graph.integers(0, 0, heads, 2, -1)]); // [B,S,N,2,D/2]
  const half = (index: number): Value => graph.node("Gather", [halves, graph.integer(index)], { axis: 3 }); // [B,S,N,D/2]
  const [first, second] = [half(0), half(1)];
  const perHead = (angle: Value): Value => graph.node("Unsqueeze", [angle, graph.integers(1)]); // [S,1,D/2]
  const times = (part: Value, factor: Value): Value => graph.node("Mul", [part, perHead(factor)]);
  const turned = [
    graph.node("Sub", [times(first, cosine), times(second, sine)]),
    graph.node("Add", [times(second, cosine), times(first, sine)]),
  ];
  const joined = graph.node("Concat", turned, { axis: -1 }); // [B,S,N,D]
  return graph.node("Reshape", [joined, graph.integers(0, 0, -1)]); // [B,S,H]
}

export interface RotationSize {
  /** Base of the frequencies. */
  readonly theta: number;
  /** Components of a head. */
  readonly size: number;
}

// 1 / theta^(2i/D), rounded to float32 where torch rounds (compute_default_rope_parameters): at position 500 the last
// bit of a frequency moves the angle by 3e-5.
function inverseFrequencies({ theta, size }: RotationSize): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, pair) => {
    return 1 / Math.fround(theta ** Math.fround((2 * pair) / size));
  });
}
