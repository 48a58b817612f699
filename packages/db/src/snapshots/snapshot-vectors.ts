import type { CollectionRecord } from "../catalogue/catalogue.ts";
import type { SnapshotManifest } from "../schemas/snapshot.ts";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import { DEFAULT_VECTORS } from "../vectors/vector-space.ts";

type ManifestVectors = Pick<SnapshotManifest, "model" | "precision" | "dimension"> &
  Pick<SnapshotManifest["settings"], "model_name" | "metric" | "vectors" | "vector_index">;
type RecordVectors = Pick<
  CollectionRecord,
  "model" | "modelName" | "precision" | "dimension" | "metric" | "vectors" | "vectorIndexes"
>;

/** What a manifest says of a collection's vectors. */
export function manifestVectors(record: RecordVectors): ManifestVectors {
  const { model, modelName, precision, dimension, metric, vectors, vectorIndexes } = record;
  const own = vectorIndexes[DEFAULT_VECTORS];
  const further = Object.entries(vectors).map(([name, { modelName: given, ...made }]) => {
    const index = vectorIndexes[name];
    return [
      name,
      { ...made, ...(given !== undefined && { model_name: given }), ...(index && { vector_index: index }) },
    ];
  });
  return {
    model,
    precision,
    dimension,
    metric,
    ...(modelName !== undefined && { model_name: modelName }),
    ...(own && { vector_index: own }),
    ...(further.length > 0 && { vectors: Object.fromEntries(further) }),
  };
}

/** The same, read back. Manifests of before there was a choice have cosines. */
export function vectorsOfManifest({ model, precision, dimension, settings }: SnapshotManifest): RecordVectors {
  const { model_name: modelName, metric = "cosine", vectors = {}, vector_index: own } = settings;
  const vectorIndexes: Record<string, VectorIndexFacts> = { ...(own && { [DEFAULT_VECTORS]: own }) };
  const further: Record<string, RecordVectors["vectors"][string]> = {};
  for (const [name, { model_name: given, vector_index: index, ...made }] of Object.entries(vectors)) {
    further[name] = { ...made, modelName: given };
    if (index) vectorIndexes[name] = index;
  }
  return { model, modelName, precision, dimension, metric, vectors: further, vectorIndexes };
}
