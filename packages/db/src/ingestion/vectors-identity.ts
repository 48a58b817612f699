import type { CollectionRecord } from "../catalogue/catalogue.ts";
import type { Metric } from "../schemas/metric.ts";
import { metrics } from "../vectors/metric.ts";
import { DEFAULT_VECTORS, vectorSpaces } from "../vectors/vector-space.ts";
import type { EmbeddingSpace } from "./embed-passages.ts";

/** Vectors of one kind, and the identity of the model that makes them. */
interface MadeVectors {
  readonly name: string;
  readonly metric: Metric;
  readonly model: string;
}

/** What decides a vector besides its text: one that is not scaled is another. */
export function vectorIdentity({ model, metric }: Omit<MadeVectors, "name">): string {
  return metrics[metric].isScaled ? model : `${model}:unscaled`;
}

/** The same for all vectors of a passage. `model` is what cuts texts into passages, also where there are no vectors. */
export function vectorsIdentity(model: string, spaces: readonly MadeVectors[]): string {
  const own = spaces.find(({ name }) => name === DEFAULT_VECTORS);
  const further = spaces.filter((space) => space !== own).map((space) => `${space.name}=${vectorIdentity(space)}`);
  return [own ? vectorIdentity(own) : model, ...further].join(" ");
}

export function madeBy(spaces: readonly EmbeddingSpace[]): MadeVectors[] {
  return spaces.map(({ name, metric, embedder: { model } }) => ({ name, metric, model }));
}

export function madeVectors(record: CollectionRecord): MadeVectors[] {
  return vectorSpaces(record).map(({ name, metric }) => {
    const { model } = record.vectors[name] ?? record;
    return { name, metric, model };
  });
}
