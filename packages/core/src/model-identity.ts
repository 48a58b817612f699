import type { ModelFolder } from "./model-folder/model-folder.ts";
import type { ModelPrecision } from "./quantization/model-precision.ts";
import { describeSteps, vectorSize } from "./steps/registry.ts";

/**
 * What decides a model's vectors, in one line: `name@hash:steps:maxSeqLength`, with `:first-<n>` where they are truncated and `:int8` where
 * that is what the encoder is computed in. A collection stores it; two models with the same identity give the same vectors.
 *
 * @param hash the fingerprint of weights and tokenizer.
 */
export function modelIdentity(
  { name, steps, encoder }: ModelFolder,
  { maxSeqLength, hash, truncateDim, precision = "fp32" }: IdentityFacts,
): string {
  const isTruncated = truncateDim !== undefined && truncateDim < vectorSize(steps, encoder);
  const truncated = isTruncated ? `:first-${truncateDim}` : "";
  return `${name}@${hash}:${describeSteps(steps)}:${maxSeqLength}${truncated}${precision === "fp32" ? "" : `:${precision}`}`;
}

interface IdentityFacts {
  readonly maxSeqLength: number;
  readonly hash: string;
  readonly truncateDim: number | undefined;
  readonly precision?: ModelPrecision | undefined;
}
