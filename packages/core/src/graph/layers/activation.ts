import { MICROSOFT } from "../graph-builder.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

type Activation = (graph: GraphBuilder, input: Value) => Value;

const gelu: Activation = (graph, input) => graph.node("Gelu", [input], {}, { domain: MICROSOFT }); // by erf
const tanhGelu: Activation = (graph, input) => graph.node("Gelu", [input], { approximate: "tanh" });

/** The names that transformers' `ACT2FN` (activations.py) gives to the functions which encoders use. */
export const activations = {
  gelu,
  gelu_new: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  relu: (graph, input) => graph.node("Relu", [input]),
  silu: (graph, input) => graph.node("Mul", [input, graph.node("Sigmoid", [input])]),
} as const satisfies Record<string, Activation>;

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];
