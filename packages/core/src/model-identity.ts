import type { ModelFolder } from "./model-folder/model-folder.ts";
import { describeSteps, vectorSize } from "./steps/registry.ts";

/**
 * What decides a model's vectors, in one line: `name@hash:steps:maxSeqLength`, with `:first-<n>` where they are truncated. A collection
 * stores it; two models with the same identity give the same vectors.
 *
 * @param hash the fingerprint of weights and tokenizer.
 */
export function modelIdentity(
  { name, steps, encoder }: ModelFolder,
  { maxSeqLength, hash, truncateDim }: { maxSeqLength: number; hash: string; truncateDim: number | undefined },
): string {
  const isTruncated = truncateDim !== undefined && truncateDim < vectorSize(steps, encoder);
  const truncated = isTruncated ? `:first-${truncateDim}` : "";
  return `${name}@${hash}:${describeSteps(steps)}:${maxSeqLength}${truncated}`;
}
