import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { largestMagnitudes } from "./quantize.ts";

/** Factors for the channels of an input [T,n] and for the columns of the weights that it meets: both [n]. */
export interface Smoothing {
  readonly ofInput: Value;
  readonly ofWeights: Value;
}

// How much of the unevenness goes from the activations into the weights; docs/int8.md has the measurements.
const SHARE = 0.65;
const LARGEST_FACTOR = 8;
const SMALLEST_MAGNITUDE = 1e-5; // of a channel that is never used, whose logarithm is wanted all the same

/**
 * SmoothQuant (arXiv:2211.10438): channels that are much larger than the rest are divided by a factor that the weights
 * are multiplied with, so that one scale fits a whole row of the input.
 *
 * @param magnitudes the largest magnitude of each channel [n].
 * @param weights of the layers that read the input, [·,n] each.
 */
export function smoothing(graph: GraphBuilder, magnitudes: Value, weights: readonly Value[]): Smoothing {
  const columns = weights
    .map((weight) => largestMagnitudes(graph, weight, { axis: 0 })) // [n]
    .reduce((largest, next) => graph.node("Max", [largest, next]));
  const ofActivations = graph.node("Mul", [logarithm(graph, magnitudes), graph.scalar(SHARE)]);
  const ofWeights = graph.node("Mul", [logarithm(graph, columns), graph.scalar(1 - SHARE)]);
  const wanted = graph.node("Sub", [ofActivations, ofWeights]);
  const centred = graph.node("Sub", [wanted, graph.node("ReduceMean", [wanted])]);
  const [least, most] = [graph.scalar(-Math.log(LARGEST_FACTOR)), graph.scalar(Math.log(LARGEST_FACTOR))];
  const factor = graph.node("Clip", [centred, least, most]);
  return {
    ofInput: graph.node("Exp", [graph.node("Neg", [factor])]),
    ofWeights: graph.node("Exp", [factor]),
  };
}

function logarithm(graph: GraphBuilder, magnitudes: Value): Value {
  return graph.node("Log", [graph.node("Max", [magnitudes, graph.scalar(SMALLEST_MAGNITUDE)])]);
}
