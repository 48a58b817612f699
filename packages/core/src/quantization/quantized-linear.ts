import { MICROSOFT } from "../graph/graph-builder.ts";
import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import type { LinearInput, LinearLayer } from "../graph/layers/encoder-linear.ts";
import { linearOperands } from "../graph/layers/linear.ts";
import type { LinearOperands } from "../graph/layers/linear.ts";
import { channelMagnitudes } from "./calibration.ts";
import { quantizeRows, quantizeWeight } from "./quantize.ts";
import type { QuantizedRows, QuantizedWeight } from "./quantize.ts";
import { smoothing } from "./smoothing.ts";
import type { Smoothing } from "./smoothing.ts";

/** Linear layers in int8 that read the same float32 rows: [T,inputs] → float32 [T,outputs] each. */
export function quantizedLinears(graph: GraphBuilder, input: LinearInput, layers: readonly LinearLayer[]): Value[] {
  const prepared = prepare(graph, layers);
  const { smoothed } = prepared;
  const rows = smoothed === undefined ? input.rows : graph.node("Mul", [input.rows, smoothed.ofInput]);
  const quantized = quantizeRows(graph, rows, smoothed === undefined ? input.least : undefined);
  return prepared.layers.map((layer) => multiply(graph, quantized, layer));
}

interface PreparedLayers {
  readonly smoothed: Smoothing | undefined;
  readonly layers: readonly PreparedLayer[];
}

interface PreparedLayer {
  readonly weight: QuantizedWeight;
  readonly bias: Value | undefined;
}

// What depends on weights alone, once for layers that an encoder uses several times.
function prepare(graph: GraphBuilder, layers: readonly LinearLayer[]): PreparedLayers {
  const operands = layers.map(({ weights, ...size }) => linearOperands(graph, weights, size));
  return graph.once(`int8 ${operands.map(({ name }) => name).join()}`, () => {
    const magnitudes = channelMagnitudes(graph, layers);
    const weights = operands.map(({ weight }) => weight);
    const smoothed = magnitudes && smoothing(graph, magnitudes, weights);
    return { smoothed, layers: operands.map((layer) => prepareLayer(graph, layer, smoothed)) };
  });
}

function prepareLayer(graph: GraphBuilder, { weight, bias }: LinearOperands, smoothed?: Smoothing): PreparedLayer {
  const scaled = smoothed === undefined ? weight : graph.node("Mul", [weight, smoothed.ofWeights]);
  return { weight: quantizeWeight(graph, scaled), bias };
}

// The operator has one scale for all rows: their own are multiplied in after it. With DynamicQuantizeMatMul, which
// chooses the one scale by what is in the batch, a text's vector would depend on its neighbours.
function multiply(graph: GraphBuilder, { values, scales, zeroPoint }: QuantizedRows, layer: PreparedLayer): Value {
  const { weight, bias } = layer;
  const inputs = [values, weight.values, graph.scalar(1), weight.scales, zeroPoint, weight.zeroPoint];
  const product = graph.node("MatMulIntegerToFloat", inputs, {}, { domain: MICROSOFT }); // [T,outputs]
  const scaled = graph.node("Mul", [product, scales]);
  return bias === undefined ? scaled : graph.node("Add", [scaled, bias]);
}
