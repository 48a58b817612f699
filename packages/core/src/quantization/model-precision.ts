import { ModelError } from "../errors.ts";

/** What an encoder's linear layers are computed in. */
export const modelPrecisions = ["fp32", "int8"] as const;

/**
 * `fp32` computes as the weights are stored; `int8` multiplies bytes: weights are quantized for each output while the
 * model is opened, activations for each token while it runs. Everything but the linear layers of the encoder stays
 * float32, and so do the vectors.
 */
export type ModelPrecision = (typeof modelPrecisions)[number];

/**
 * What the weights of an int8 model are stored as; the products are the same numbers. Not every processor multiplies
 * uint8 by int8 exactly (`exact-products.ts`). By uint8 they all do, but not as fast as those made for int8.
 */
export type WeightBytes = "int8" | "uint8";

/** @throws {ModelError} `input_invalid` for an unknown name. */
export function checkPrecision(precision: ModelPrecision): void {
  if (modelPrecisions.includes(precision)) return;
  throw new ModelError("input_invalid", `There is no model precision ${JSON.stringify(precision)}.`, {
    hint: `Choose one of ${modelPrecisions.join(", ")}.`,
    details: { precisions: modelPrecisions },
  });
}
