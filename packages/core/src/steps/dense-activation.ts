import { MICROSOFT } from "../graph/graph-builder.ts";
import type { GraphBuilder, Value } from "../graph/graph-builder.ts";

type Activation = (graph: GraphBuilder, input: Value) => Value;

const operator =
  (name: string, attributes: Readonly<Record<string, { readonly float: number }>> = {}): Activation =>
  (graph, input) =>
    graph.node(name, [input], attributes);

/** The classes of torch.nn.modules.activation that sentence-transformers can write, with their default arguments. */
export const denseActivations = {
  Identity: (_, input) => input,
  Tanh: operator("Tanh"),
  ReLU: operator("Relu"),
  ReLU6: (graph, input) => graph.node("Clip", [input, graph.scalar(0), graph.scalar(6)]),
  LeakyReLU: operator("LeakyRelu", { alpha: { float: 0.01 } }),
  ELU: operator("Elu", { alpha: { float: 1 } }),
  SELU: operator("Selu"),
  GELU: (graph, input) => graph.node("Gelu", [input], {}, { domain: MICROSOFT }), // by erf
  SiLU: (graph, input) => graph.node("Mul", [input, graph.node("Sigmoid", [input])]),
  Mish: (graph, input) => graph.node("Mul", [input, graph.node("Tanh", [graph.node("Softplus", [input])])]),
  Sigmoid: operator("Sigmoid"),
  Softplus: operator("Softplus"),
  Softsign: operator("Softsign"),
  Hardsigmoid: operator("HardSigmoid", { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  Hardswish: operator("HardSwish"),
  Hardtanh: (graph, input) => graph.node("Clip", [input, graph.scalar(-1), graph.scalar(1)]),
} as const satisfies Record<string, Activation>;

export type DenseActivation = keyof typeof denseActivations;
export const denseActivationNames = Object.keys(denseActivations) as [DenseActivation, ...DenseActivation[]];
