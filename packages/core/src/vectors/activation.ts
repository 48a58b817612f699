import { ModelError } from "../errors.ts";

/** What becomes of one logit. */
type Activation = (logit: number) => number;

/** By the name of torch's class in lower case (`torch.nn.Sigmoid`). */
const activations = {
  identity: (logit) => logit,
  sigmoid: (logit) => 1 / (1 + Math.exp(-logit)),
  tanh: Math.tanh,
  relu: (logit) => Math.max(logit, 0),
} as const satisfies Record<string, Activation>;

/** What a cross-encoder applies to its logits. */
export type ActivationName = keyof typeof activations;
const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];

/** Applies it in place. */
export function activate(logits: Float32Array, name: ActivationName): void {
  const activation: Activation = activations[name];
  for (let index = 0; index < logits.length; index++) logits[index] = activation(logits[index] ?? 0);
}

/** exp(xᵢ) / Σ exp(x) over each row of `size` numbers, in place. */
export function softmaxRows(scores: Float32Array, size: number): void {
  for (let start = 0; start < scores.length; start += size) {
    const row = scores.subarray(start, start + size);
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity); // taken off, so that nothing overflows
    const powers = Float64Array.from(row, (score) => Math.exp(score - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    for (let index = 0; index < row.length; index++) row[index] = (powers[index] ?? 0) / sum;
  }
}

/** @throws {ModelError} `input_invalid` for a name that is none of `activationNames`. */
export function checkActivation(name: ActivationName): void {
  if (Object.hasOwn(activations, name)) return;
  throw new ModelError("input_invalid", `There is no activation ${JSON.stringify(name)}.`, {
    hint: `Choose one of ${activationNames.join(", ")}.`,
  });
}

/**
 * The activation that a model folder names by its Python class.
 * @throws {ModelError} `architecture_unsupported` for a class that is not one of torch's, or has no counterpart here.
 */
export function activationOfClass(path: string): ActivationName {
  const name = path.split(".").at(-1)?.toLowerCase() ?? "";
  const known = activationNames.find((activation) => activation === name);
  if (known !== undefined && path.startsWith("torch.")) return known;
  throw new ModelError("architecture_unsupported", `The model asks for the unknown activation ${path}.`, {
    hint: `Load it with { activation }, one of ${activationNames.join(", ")}.`,
    details: { activation: path, supported: activationNames },
  });
}
