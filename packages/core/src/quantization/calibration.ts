import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import type { LinearLayer } from "../graph/layers/encoder-linear.ts";
import type { ConfiguredEncoder } from "../models/registry.ts";
import type { EncoderWeights } from "../weights/weights.ts";
import { largestMagnitudes } from "./quantize.ts";

// Fewer tokens, more, and tokens of real texts made no difference (docs/int8.md).
const SEQUENCE_TOKENS = 64;

/**
 * Lets the encoder see a text of arbitrary tokens in float32 and notes the channels of each normalized input.
 *
 * Which channels are large is a property of the model far more than of what it reads, so tokens drawn from the
 * vocabulary serve as well as texts do, in any language and for any tokenizer. The pass is made of constants:
 * onnxruntime computes it while it opens a session, and none of it stays.
 */
export function calibrateEncoder(graph: GraphBuilder, weights: EncoderWeights, encoder: ConfiguredEncoder): void {
  const length = Math.min(SEQUENCE_TOKENS, encoder.maxPositions);
  const ids = drawIds({ count: length, below: encoder.vocabularySize });
  graph.calibrate(() => encoder.build(graph, weights, { inputIds: graph.tokenIds(ids) }));
}

/** Notes the largest magnitude of each channel of `rows` [T,n] for the layers that read them. */
export function observeChannels(graph: GraphBuilder, rows: Value, layers: readonly LinearLayer[]): void {
  const largest = largestMagnitudes(graph, rows, { axis: 0 }); // [n]
  const channels = channelsOf(graph);
  const key = keyOf(layers);
  const known = channels.get(key); // a layer that is used several times
  channels.set(key, known === undefined ? largest : graph.node("Max", [known, largest]));
}

/** What `observeChannels` noted for these layers: [n]. */
export function channelMagnitudes(graph: GraphBuilder, layers: readonly LinearLayer[]): Value | undefined {
  return channelsOf(graph).get(keyOf(layers));
}

function channelsOf(graph: GraphBuilder): Map<string, Value> {
  return graph.once("channel magnitudes", () => new Map<string, Value>());
}

function keyOf([first]: readonly LinearLayer[]): string {
  if (first === undefined) throw new TypeError("no layer reads the rows");
  const { weights, inputs, outputs, part } = first;
  return weights.tensor("weight", [(part?.of ?? 1) * outputs, inputs]).name;
}

/** Numbers from 0 to before `below`, the same on every machine: the generator of Park and Miller. */
function drawIds({ count, below }: { readonly count: number; readonly below: number }): Int32Array {
  let state = 1;
  return Int32Array.from({ length: count }, () => {
    state = (state * MULTIPLIER) % MODULUS;
    return Math.floor((state / MODULUS) * below);
  });
}

const MULTIPLIER = 48_271;
const MODULUS = 2 ** 31 - 1;
