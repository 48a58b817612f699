import { observeChannels } from "../../quantization/calibration.ts";
import { quantizedLinears } from "../../quantization/quantized-linear.ts";
import type { Weights } from "../../weights/weights.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";
import { linear } from "./linear.ts";
import type { LinearSize } from "./linear.ts";

/** The rows that linear layers of an encoder read, and what is known of their values. */
export interface LinearInput {
  /** [T,inputs] */
  readonly rows: Value;
  /** Whether they come out of a LayerNorm: a few of its channels are often many times larger than the rest. */
  readonly normalized?: boolean;
  /** A number close to 0 that no value is below. */
  readonly least?: number | undefined;
}

export interface LinearLayer extends LinearSize {
  readonly weights: Weights;
}

/**
 * Linear layers of an encoder that read the same rows, in the precision of the graph: [T,inputs] → [T,outputs] each.
 *
 * Heads and the steps after an encoder use `linear`, which is always float32.
 */
export function encoderLinears<const Layers extends readonly LinearLayer[]>(
  graph: GraphBuilder,
  input: LinearInput,
  layers: Layers,
): { [Index in keyof Layers]: Value };
export function encoderLinears(graph: GraphBuilder, input: LinearInput, layers: readonly LinearLayer[]): Value[] {
  if (graph.precision === "int8" && !graph.calibrating) return quantizedLinears(graph, input, layers);
  if (graph.calibrating && input.normalized === true) observeChannels(graph, input.rows, layers);
  return layers.map(({ weights, ...size }) => linear(graph, weights, input.rows, size));
}

/** The same for one layer. */
export function encoderLinear(graph: GraphBuilder, input: LinearInput, layer: LinearLayer): Value {
  return encoderLinears(graph, input, [layer] as const)[0];
}
