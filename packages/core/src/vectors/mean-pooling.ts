import { ModelError } from "../errors.ts";
import type { Tensor } from "../tensors/inference-message.ts";

const SMALLEST_COUNT = 1e-9; // torch.clamp(mask.sum(1), min=1e-9)

/**
 * The mean of the hidden states of each text's tokens, padding left out: [B,S,H], mask [B,S] → B vectors of H.
 * A text without tokens becomes the zero vector. The rows are views on one buffer.
 * @throws {ModelError} `input_invalid` for a mask of other dimensions
 */
export function meanPooling(
  { lastHiddenState: { data, dims } }: { readonly lastHiddenState: Tensor<Float32Array> },
  attentionMask: Int32Array,
): Float32Array[] {
  const [texts = 0, tokens = 0, hidden = 0] = dims;
  if (attentionMask.length !== texts * tokens) {
    throw new ModelError(
      "input_invalid",
      `The attention mask has ${attentionMask.length} elements where the hidden states have ${texts} × ${tokens}.`,
    );
  }
  const means = new Float32Array(texts * hidden);
  return Array.from({ length: texts }, (_, text) => {
    const mean = means.subarray(text * hidden, (text + 1) * hidden);
    let count = 0;
    for (let token = text * tokens; token < (text + 1) * tokens; token++) {
      if (attentionMask[token] !== 1) continue;
      count++;
      add(mean, data.subarray(token * hidden, (token + 1) * hidden));
    }
    for (let component = 0; component < hidden; component++)
      mean[component] = (mean[component] ?? 0) / Math.max(count, SMALLEST_COUNT);
    return mean;
  });
}

function add(sum: Float32Array, vector: Float32Array): void {
  for (let component = 0; component < sum.length; component++) {
    sum[component] = (sum[component] ?? 0) + (vector[component] ?? 0);
  }
}
