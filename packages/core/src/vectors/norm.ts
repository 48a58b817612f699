/** torch.nn.functional.normalize, eps: what a smaller norm counts as, so that the zero vector stays zero. */
export const SMALLEST_NORM = 1e-12;

/** max(‖x‖₂, 1e-12) */
export function norm(vector: Float32Array): number {
  let sum = 0;
  for (let component = 0; component < vector.length; component++) sum += (vector[component] ?? 0) ** 2;
  return Math.max(Math.sqrt(sum), SMALLEST_NORM);
}
