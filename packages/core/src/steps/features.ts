import { z } from "zod";

import { ModelError } from "../errors.ts";
import { featureNames } from "./step.ts";
import type { FeatureName, Features, FeatureSizes } from "./step.ts";
import type { Value } from "../graph/graph-builder.ts";

/** Which feature a step reads and which it writes: `module_input_name` and `module_output_name` of its config.json. */
export interface FeatureFlow {
  readonly input: FeatureName;
  readonly output: FeatureName;
}

const FeatureKey = z.enum(featureNames);

/** The two fields of a step's config.json. */
export const flowFields = {
  module_input_name: FeatureKey.default("sentence_embedding"),
  module_output_name: FeatureKey.nullish(),
};

export function flowOf(config: {
  module_input_name: FeatureName;
  module_output_name?: FeatureName | null | undefined;
}): FeatureFlow {
  return { input: config.module_input_name, output: config.module_output_name ?? config.module_input_name };
}

/** Where a step works on the pooled vector, as all of them do unless their configuration says otherwise. */
export const onSentences: FeatureFlow = { input: "sentence_embedding", output: "sentence_embedding" };

/** @throws {ModelError} `model_invalid` when no earlier step makes the feature. */
export function requireSize(sizes: FeatureSizes, name: FeatureName, step: string): number {
  const size = sizes[name];
  if (size === undefined) throw stepInvalid(step, `reads ${name}, which no step before it makes`);
  return size;
}

/** The same for the value in a graph; sizes have been checked before any graph is built. */
export function requireValue(features: Features, name: FeatureName, step: string): Value {
  const value = features[name];
  if (value === undefined) throw stepInvalid(step, `reads ${name}, which no step before it makes`);
  return value;
}

export function stepInvalid(step: string, problem: string): ModelError {
  return new ModelError("model_invalid", `The step ${step} of modules.json ${problem}.`, {
    hint: "Check that modules.json and the folders of its steps belong to one model.",
    details: { step },
  });
}
