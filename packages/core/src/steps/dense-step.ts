import { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { linear } from "../graph/layers/linear.ts";
import type { LinearSize } from "../graph/layers/linear.ts";
import type { Weights } from "../weights/weights.ts";
import { denseActivationNames, denseActivations } from "./dense-activation.ts";
import type { DenseActivation } from "./dense-activation.ts";
import { flowFields, flowOf, requireSize, requireValue, stepInvalid } from "./features.ts";
import type { FeatureFlow } from "./features.ts";
import type { StepKind } from "./step.ts";

/** y = activation(Wx + b), and with `residual` plus x (or a projection of x where the sizes differ). */
export interface DenseStep extends FeatureFlow, LinearSize {
  readonly kind: "dense";
  /** The folder of its weights inside the model folder. */
  readonly path: string;
  readonly bias: boolean;
  readonly activation: DenseActivation;
  readonly residual: boolean;
}

// `torch.nn.modules.activation.Tanh`, `torch.nn.modules.linear.Identity`, `torch.nn.Tanh`. A class of another package
// is code that is not here; sentence-transformers puts Tanh in its place, which would be another model.
const ActivationPath = z
  .string()
  .regex(/^torch\.nn\./u, "must be a class of torch.nn")
  .transform((path) => path.split(".").at(-1))
  .pipe(z.enum(denseActivationNames));

const DenseConfig = z
  .object({
    in_features: z.int().positive(),
    out_features: z.int().positive(),
    bias: z.boolean().default(true),
    activation_function: ActivationPath.default("Tanh"),
    use_residual: z.boolean().default(false),
    ...flowFields,
  })
  .transform((config) => (path: string): DenseStep => ({
    kind: "dense",
    path,
    inputs: config.in_features,
    outputs: config.out_features,
    bias: config.bias,
    activation: config.activation_function,
    residual: config.use_residual,
    ...flowOf(config),
  }));

/** sentence-transformers, base/modules/dense.py */
export const denseStep: StepKind<DenseStep> = {
  config: DenseConfig,
  needsConfig: true,
  hasWeights: true,
  resize: ({ path, input, inputs, output, outputs }, sizes) => {
    const size = requireSize(sizes, input, path);
    if (size !== inputs) throw stepInvalid(path, `takes ${inputs} components where the step before it gives ${size}`);
    return { ...sizes, [output]: outputs };
  },
  build: (graph, step, features, { weights }) => {
    const vectors = requireValue(features, step.input, step.path);
    if (weights.has("linear.bias") !== step.bias) throw stepInvalid(step.path, BIAS_DISAGREES);
    const dense = step.input === "sentence_embedding" ? denseRows : denseTokens;
    return { ...features, [step.output]: dense(graph, weights, vectors, step) };
  },
  describe: ({ outputs, activation, residual, input }) =>
    `dense${outputs}-${activation.toLowerCase()}${residual ? "-residual" : ""}${input === "token_embeddings" ? "-tokens" : ""}`,
};

const BIAS_DISAGREES = "has a bias in its config.json or in its weights, but not in both";

// [B,n] → [B,m]
function denseRows(graph: GraphBuilder, weights: Weights, rows: Value, step: DenseStep): Value {
  const projected = linear(graph, weights.scope("linear"), rows, step);
  const activated = denseActivations[step.activation](graph, projected);
  if (!step.residual) return activated;
  const residual =
    step.inputs === step.outputs ? rows : linear(graph, weights.scope("residual"), rows, { ...step, bias: false });
  return graph.node("Add", [activated, residual]);
}

// [B,S,n] → [B,S,m]
function denseTokens(graph: GraphBuilder, weights: Weights, tokens: Value, step: DenseStep): Value {
  const rows = graph.node("Reshape", [tokens, graph.integers(-1, step.inputs)]); // [B·S,n]
  const leading = graph.node("Shape", [tokens], { start: 0, end: 2 }); // (B, S)
  const shape = graph.node("Concat", [leading, graph.integers(step.outputs)], { axis: 0 }); // (B, S, m)
  return graph.node("Reshape", [denseRows(graph, weights, rows, step), shape]);
}
