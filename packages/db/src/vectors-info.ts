import type { CollectionRecord } from "./catalogue/catalogue.ts";
import type { VectorsInfo } from "./schemas/vectors.ts";
import { DEFAULT_VECTORS } from "./vectors/vector-space.ts";

/** What is shown of the index of a collection's own vectors, and of its further vectors. */
export function vectorsInfo({ vectors, vectorIndexes }: Pick<CollectionRecord, "vectors" | "vectorIndexes">) {
  const own = vectorIndexes[DEFAULT_VECTORS];
  const further = Object.entries(vectors).map(([name, { modelName: _modelName, ...made }]) => {
    const index = vectorIndexes[name];
    return [name, { ...made, ...(index && { vector_index: index }) } satisfies VectorsInfo] as const;
  });
  return {
    ...(own && { vector_index: own }),
    ...(further.length > 0 && { vectors: Object.fromEntries(further) }),
  };
}
