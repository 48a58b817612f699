import { MICROSOFT } from "../graph-builder.ts";
import type { GraphBuilder, Value } from "../graph-builder.ts";

type Activation = (graph: GraphBuilder, input: Value) => Value;

// By erf. onnxruntime's own operator is as exact as ONNX's and somewhat faster.
const gelu: Activation = (graph, input) =>
  graph.calibrating ? graph.node("Gelu", [input]) : graph.node("Gelu", [input], {}, { domain: MICROSOFT });
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

const LEAST_GELU = -0.1701; // at x ≈ -0.752, in every approximation of it that is here

/** A number that no result of the function is below, for the functions that have one near 0. */
export const leastActivations: Readonly<Partial<Record<ActivationName, number>>> = {
  gelu: LEAST_GELU,
  gelu_python: LEAST_GELU,
  gelu_accurate: LEAST_GELU,
  gelu_fast: LEAST_GELU,
  gelu_new: LEAST_GELU,
  gelu_python_tanh: LEAST_GELU,
  gelu_pytorch_tanh: LEAST_GELU,
  mish: -0.3089,
  quick_gelu: -0.1637,
  relu: 0,
  sigmoid: 0,
  silu: -0.2785,
  swish: -0.2785,
};
