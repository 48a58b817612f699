import type { GraphBuilder } from "../graph/graph-builder.ts";
import { scopeOf } from "../weights/weights.ts";
import type { Checkpoint } from "../weights/weights.ts";
import { denseStep } from "./dense-step.ts";
import type { DenseStep } from "./dense-step.ts";
import { layerNormStep } from "./layer-norm-step.ts";
import type { LayerNormStep } from "./layer-norm-step.ts";
import { normalizeStep } from "./normalize-step.ts";
import type { NormalizeStep } from "./normalize-step.ts";
import { poolingStep } from "./pooling-step.ts";
import type { PoolingStep } from "./pooling-step.ts";
import { stepInvalid } from "./features.ts";
import type { Features, FeatureSizes, StepContext, StepKind } from "./step.ts";

/** What follows the encoder, in order: how token embeddings become a sentence vector. */
export type SentenceStep = PoolingStep | DenseStep | NormalizeStep | LayerNormStep;

const kinds: Readonly<Record<SentenceStep["kind"], StepKind<SentenceStep>>> = {
  pooling: poolingStep,
  dense: denseStep,
  normalize: normalizeStep,
  layer_norm: layerNormStep,
};

/** By the class that modules.json names; old and new class paths end alike. */
export const stepTypes: Readonly<Record<string, StepKind<SentenceStep>>> = {
  Pooling: poolingStep,
  Dense: denseStep,
  Normalize: normalizeStep,
  LayerNorm: layerNormStep,
};

/** Adds the steps to a graph. Each finds its weights under its folder's name in the checkpoint. */
export function buildSteps(
  graph: GraphBuilder,
  steps: readonly SentenceStep[],
  features: Features,
  { checkpoint, ...masks }: Omit<StepContext, "weights"> & { readonly checkpoint: Checkpoint },
): Features {
  return steps.reduce((before, step) => {
    const weights = scopeOf(checkpoint, "path" in step ? tensorPrefix(step.path) : "");
    return kinds[step.kind].build(graph, step, before, { ...masks, weights });
  }, features);
}

/** What stands before the names of a step's tensors in the checkpoint of the whole model. */
export function tensorPrefix(path: string): string {
  return `${path}/`;
}

/** The last dimension of each feature after all steps. @throws {ModelError} `model_invalid` when they do not fit together. */
export function featureSizes(steps: readonly SentenceStep[], hiddenSize: number): FeatureSizes {
  return steps.reduce<FeatureSizes>((sizes, step) => kinds[step.kind].resize(step, sizes), {
    token_embeddings: hiddenSize,
  });
}

/** How many components a token's vector has. */
export function tokenSize(steps: readonly SentenceStep[], { hiddenSize }: { readonly hiddenSize: number }): number {
  return featureSizes(steps, hiddenSize).token_embeddings ?? hiddenSize;
}

/**
 * How many components a sentence vector has.
 * @throws {ModelError} `model_invalid` when the steps do not fit together or give no sentence vector.
 */
export function vectorSize(steps: readonly SentenceStep[], { hiddenSize }: { readonly hiddenSize: number }): number {
  const size = featureSizes(steps, hiddenSize).sentence_embedding;
  if (size === undefined) throw stepInvalid("Pooling", "is missing: no step makes a sentence_embedding");
  return size;
}

/** The steps in short, for a model's identity: `mean:normalized`. */
export function describeSteps(steps: readonly SentenceStep[]): string {
  return steps.map((step) => kinds[step.kind].describe(step)).join(":");
}

/** Whether the sentence vectors have length 1 when the last step is done. */
export function isNormalized(steps: readonly SentenceStep[]): boolean {
  const last = steps.findLast(
    (step) => step.kind === "pooling" || step.kind === "layer_norm" || step.output === "sentence_embedding",
  );
  return last?.kind === "normalize" && last.input === last.output;
}

/** Whether the tokens of a prompt are left out of the pooling, which then needs a pooling mask. */
export function excludesPrompt(steps: readonly SentenceStep[]): boolean {
  return steps.some((step) => step.kind === "pooling" && !step.includePrompt);
}
