import { MICROSOFT } from "../graph-builder.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

type Activation = (graph: GraphBuilder, input: Value) => Value;

const gelu: Activation = (graph, input) => graph.node("Gelu", [input], {}, { domain: MICROSOFT }); // by erf
const tanhGelu: Activation = (graph, input) => graph.node("Gelu", [input], { approximate: "tanh" });
const silu: Activation = (graph, input) => graph.node("Mul", [input, graph.node("Sigmoid", [input])]);

/** The names that transformers' `ACT2FN` (activations.py) gives to the functions which encoders use. */
export const activations = {
  gelu,
  gelu_python: gelu,
  gelu_accurate: tanhGelu,
  gelu_fast: tanhGelu,
  gelu_new: tanhGelu,
  gelu_python_tanh: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  mish: (graph, input) => graph.node("Mish", [input]),
  quick_gelu: (graph, input) => {
    const scaled = graph.node("Mul", [input, graph.scalar(QUICK_GELU_SLOPE)]);
    return graph.node("Mul", [input, graph.node("Sigmoid", [scaled])]);
  },
  relu: (graph, input) => graph.node("Relu", [input]),
  sigmoid: (graph, input) => graph.node("Sigmoid", [input]),
  silu,
  swish: silu,
  tanh: (graph, input) => graph.node("Tanh", [input]),
} as const satisfies Record<string, Activation>;

const QUICK_GELU_SLOPE = 1.702; // QuickGELUActivation: x · σ(1.702 x)

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];
