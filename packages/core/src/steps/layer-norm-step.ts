import { z } from "zod";

import { layerNorm } from "../graph/layers/layer-norm.ts";
import { requireSize, requireValue, stepInvalid } from "./features.ts";
import type { StepKind } from "./step.ts";

/** torch.nn.LayerNorm of the sentence vector. */
export interface LayerNormStep {
  readonly kind: "layer_norm";
  /** The folder of its weights inside the model folder. */
  readonly path: string;
  readonly size: number;
}

const LayerNormConfig = z
  .object({ dimension: z.int().positive() })
  .transform(({ dimension }) => (path: string): LayerNormStep => ({ kind: "layer_norm", path, size: dimension }));
const EPSILON = 1e-5; // torch's default, which sentence-transformers does not change

/** sentence-transformers, sentence_transformer/modules/layer_norm.py */
export const layerNormStep: StepKind<LayerNormStep> = {
  config: LayerNormConfig,
  needsConfig: true,
  hasWeights: true,
  resize: ({ path, size }, sizes) => {
    const given = requireSize(sizes, "sentence_embedding", path);
    if (given !== size) throw stepInvalid(path, `takes ${size} components where the step before it gives ${given}`);
    return sizes;
  },
  build: (graph, { path, size }, features, { weights }) => {
    const vectors = requireValue(features, "sentence_embedding", path);
    const normed = layerNorm(graph, weights.scope("norm"), vectors, { size, epsilon: EPSILON });
    return { ...features, sentence_embedding: normed };
  },
  describe: () => "layernorm",
};
