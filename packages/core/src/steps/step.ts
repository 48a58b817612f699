import type { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import type { Weights } from "../weights/weights.ts";

/** What the steps of a sentence-transformers model hand on, by the names of its `features` dictionary. */
export const featureNames = ["token_embeddings", "sentence_embedding"] as const;
export type FeatureName = (typeof featureNames)[number];

/** `token_embeddings` is [B,S,·], `sentence_embedding` [B,·]; a feature that no step has made yet is absent. */
export type Features = Readonly<Partial<Record<FeatureName, Value>>>;
/** The last dimension of each feature. */
export type FeatureSizes = Readonly<Partial<Record<FeatureName, number>>>;

/** One kind of step after the encoder: one file, one line in `registry.ts`. */
export interface StepKind<Step> {
  /** `config.json` in the folder of the step → the step, once it knows that folder's path inside the model folder. */
  readonly config: z.ZodType<(path: string) => Step>;
  /** Whether that file must be there; a folder that would hold nothing else is often not published. */
  readonly needsConfig: boolean;
  /** Whether `model.safetensors` lies beside it. */
  readonly hasWeights: boolean;
  /** The sizes after the step. @throws {ModelError} `model_invalid` when the sizes before do not fit it. */
  resize(step: Step, sizes: FeatureSizes): FeatureSizes;
  /** Adds the step to the graph; `weights` are those of its own folder. */
  build(graph: GraphBuilder, step: Step, features: Features, context: StepContext): Features;
  /** A short name for a model's identity: with the weights it says all that decides the vectors. */
  describe(step: Step): string;
}

export interface StepContext {
  readonly weights: Weights;
  /** int32 [B,S]; absent when no row of the batch is padded. */
  readonly attentionMask: Value | undefined;
  /** int32 [B,S], 1 for a token that is pooled; absent means every token of the attention mask. */
  readonly poolingMask: Value | undefined;
}
