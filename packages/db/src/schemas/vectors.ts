import { z } from "zod";
import { Metric } from "./metric.ts";
import { VectorIndexFacts } from "./vector-index.ts";

/** What the linear layers of a model's encoder are computed in; vectors are float32 in both. */
export const ModelPrecision = z.enum(["fp32", "int8"]).meta({ id: "ModelPrecision" });
export type ModelPrecision = z.infer<typeof ModelPrecision>;

/** Further vectors are embedded at every write: more than a few are a mistake. */
const MAX_NAMED_VECTORS = 8;

export const ModelName = z.string().min(1).max(512).meta({
  description: "Embedding model: a local folder, npm:<package> or hub id; the embedded default when absent",
});

/** A column of the table is named after it. */
export const VectorsName = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "lower-case letters, digits and _ only, starting with a letter")
  .max(32)
  .meta({ id: "VectorsName", example: "clinical" });

export const VectorSettings = z
  .strictObject({
    model: ModelName.optional(),
    precision: ModelPrecision.optional(),
    metric: Metric.optional(),
  })
  .meta({ id: "VectorSettings" });
export type VectorSettings = z.infer<typeof VectorSettings>;

export const NamedVectorSettings = z
  .record(
    VectorsName.refine((name) => name !== "default", "the collection's own vectors have this name"),
    VectorSettings,
  )
  .refine((vectors) => Object.keys(vectors).length <= MAX_NAMED_VECTORS, `at most ${MAX_NAMED_VECTORS}`)
  .meta({
    description:
      "Further vectors of every passage, by name, each with a model and a metric of its own; a search names those that it uses",
    example: { clinical: { model: "npm:@example/clinical-model", metric: "dot" } },
  });

/** Vectors of one kind as a collection has them. */
export const VectorsInfo = z
  .object({
    model: z.string().meta({ description: "Identity of what made them" }),
    precision: ModelPrecision,
    dimension: z.int(),
    metric: Metric,
    vector_index: VectorIndexFacts.optional(),
  })
  .meta({ id: "VectorsInfo" });
export type VectorsInfo = z.infer<typeof VectorsInfo>;
