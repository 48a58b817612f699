import type { CollectionRecord, VectorsRecord } from "../catalogue/catalogue.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { TextSettings } from "../schemas/text-settings.ts";
import type { VectorSettings } from "../schemas/vectors.ts";

/** What vectors of one kind are made with. */
export type VectorsSettings = Pick<VectorsRecord, "modelName" | "precision" | "metric">;

/** What a generation is made with. */
export interface GenerationSettings extends VectorsSettings {
  /** Further vectors, by name. */
  readonly vectors: Readonly<Record<string, VectorsSettings>>;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Whether its documents have vectors. */
  readonly dense: boolean;
  readonly textSettings: TextSettings;
}

/** What a collection was made with. */
export function settingsOf(record: CollectionRecord): GenerationSettings {
  const { vectors, fields, dimension, textSettings = {} } = record;
  const further = Object.entries(vectors).map(([name, made]) => [name, ownSettings(made)] as const);
  return { ...ownSettings(record), vectors: Object.fromEntries(further), fields, dense: dimension > 0, textSettings };
}

export function ownSettings({ modelName, precision, metric }: VectorsSettings): VectorsSettings {
  return { modelName, precision, metric };
}

/** What a user asks of vectors, completed; what is not named is as before. */
export function vectorsSettings(
  { model, precision, metric }: VectorSettings,
  before: VectorsSettings = { modelName: undefined, precision: "fp32", metric: "cosine" },
): VectorsSettings {
  return {
    modelName: model ?? before.modelName,
    precision: precision ?? before.precision,
    metric: metric ?? before.metric,
  };
}

/** The same of further vectors, by name. */
export function furtherSettings(
  asked: Readonly<Record<string, VectorSettings>> | undefined,
): GenerationSettings["vectors"] | undefined {
  return asked && Object.fromEntries(Object.entries(asked).map(([name, given]) => [name, vectorsSettings(given)]));
}
