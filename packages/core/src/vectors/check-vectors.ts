import { ModelError } from "../errors.ts";

/**
 * The number of components that all vectors have; 0 without vectors.
 * @throws {ModelError} `input_invalid` unless all have as many and all are finite.
 */
export function vectorLength(vectors: readonly Float32Array[], { what }: { what: string }): number {
  const dimension = vectors[0]?.length ?? 0;
  for (const [index, vector] of vectors.entries()) {
    if (vector.length !== dimension) {
      const message = `${what} ${index} has ${vector.length} components, the first has ${dimension}.`;
      throw new ModelError("input_invalid", message, { details: { index, components: vector.length, dimension } });
    }
    if (isFinite(vector)) continue;
    throw new ModelError("input_invalid", `${what} ${index} holds NaN or infinity.`, { details: { index } });
  }
  return dimension;
}

/** Whether no component is NaN or infinite. */
export function isFinite(vector: Float32Array): boolean {
  for (let component = 0; component < vector.length; component++) {
    if (!Number.isFinite(vector[component])) return false;
  }
  return true;
}
