import type { ModelDescription, NodeDescription } from "./onnx-proto.ts";

/** A model cut in two: what is computed from constants alone, and the rest. */
export interface SplitModel {
  /** Takes nothing; its outputs are what `model` lacks, and then `constants`. */
  readonly preparation: ModelDescription;
  /** Complete as soon as each output of `preparation` but `constants` is an initializer of the same name. */
  readonly model: ModelDescription;
  /** Outputs of the whole model that depend on no input; `model` does not have them any more. */
  readonly constants: readonly string[];
}

/**
 * Cuts off what onnxruntime would otherwise fold each time it opens a session, so that it can be computed once and be
 * handed to all sessions of a model.
 */
export function splitConstants(description: ModelDescription): SplitModel {
  const { initializers, outputs, operatorSets } = description;
  const constant = new Set(initializers.map(({ name }) => name));
  const folded: NodeDescription[] = [];
  const kept: NodeDescription[] = [];
  for (const node of description.nodes) {
    const inputs = namedInputs(node);
    const isConstant = inputs.length > 0 && inputs.every((name) => constant.has(name));
    if (isConstant) for (const output of node.outputs) constant.add(output);
    (isConstant ? folded : kept).push(node);
  }
  const wanted = new Set(kept.flatMap(namedInputs));
  const prepared = folded.flatMap((node) => node.outputs.filter((name) => wanted.has(name)));
  const constants = outputs.flatMap(({ name }) => (constant.has(name) ? [name] : []));
  const usedBy = (nodes: readonly NodeDescription[]): ModelDescription["initializers"] => {
    const used = new Set(nodes.flatMap(namedInputs));
    return initializers.filter(({ name }) => used.has(name));
  };
  return {
    preparation: {
      nodes: folded,
      initializers: usedBy(folded),
      inputs: [],
      outputs: [...prepared, ...constants].map((name) => ({ name })),
      operatorSets,
    },
    model: {
      ...description,
      nodes: kept,
      initializers: usedBy(kept),
      outputs: outputs.filter(({ name }) => !constant.has(name)),
    },
    constants,
  };
}

// An optional input that is left out has an empty name.
function namedInputs({ inputs }: NodeDescription): string[] {
  return inputs.filter((name) => name !== "");
}
