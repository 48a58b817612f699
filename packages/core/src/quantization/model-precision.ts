/** What an encoder's linear layers are computed in. */
export const modelPrecisions = ["fp32", "int8"] as const;

/**
 * `fp32` computes as the weights are stored; `int8` multiplies bytes: weights are quantized for each output while the
 * model is opened, activations for each token while it runs. Everything but the linear layers of the encoder stays
 * float32, and so do the vectors.
 */
export type ModelPrecision = (typeof modelPrecisions)[number];
