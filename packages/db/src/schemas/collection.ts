import { z } from "zod";
import { Analyzer, TextFields, unknownTextField } from "./text-settings.ts";
import type { TextSettings } from "./text-settings.ts";
import { Metric } from "./metric.ts";
import { VectorIndexFacts } from "./vector-index.ts";
import { ModelName, ModelPrecision, NamedVectorSettings, VectorsInfo } from "./vectors.ts";

/** Longest collection name; table names and URLs are built from it. */
export const MAX_COLLECTION_NAME = 64;

export const CollectionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "letters, digits, - and _ only, starting with a letter or digit")
  .max(MAX_COLLECTION_NAME)
  .meta({ id: "CollectionName", example: "medquad" });

/** Names that the filter language and the document itself already use. */
export const RESERVED_FIELDS = ["id", "title", "text", "tags", "and", "or", "not", "created_at", "updated_at"] as const;

export const FieldName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _ only, not starting with a digit")
  .max(64)
  .refine((name) => !(RESERVED_FIELDS as readonly string[]).includes(name), "this name is reserved")
  .meta({ id: "FieldName", example: "year" });

/** `date` is an ISO 8601 date or date-time string; `string[]` a list of strings (filtered by membership). */
export const FieldType = z.enum(["string", "number", "boolean", "date", "string[]"]).meta({ id: "FieldType" });
export type FieldType = z.infer<typeof FieldType>;

/** Fields to declare, by name. */
export const NewFields = z.record(FieldName, FieldType).meta({ id: "NewFields", example: { year: "number" } });
export type NewFields = z.infer<typeof NewFields>;

const CollectionConfigShape = z.object({
  name: CollectionName,
  model: ModelName.optional(),
  precision: ModelPrecision.optional().meta({
    description:
      "What the model's encoder computes in, for documents and queries: `fp32` is exact, `int8` is faster and nearly the same. Vectors are stored as float32 in both. When absent: the server's setting, `fp32` without a server",
  }),
  metric: Metric.optional().meta({ description: "How its vectors are compared; `cosine` when absent" }),
  vectors: NamedVectorSettings.optional(),
  fields: z.record(FieldName, FieldType).default({}).meta({
    description:
      "Metadata fields that are typed and indexed; all other metadata is kept and can be filtered for equality",
  }),
  dense: z.boolean().default(true).meta({
    description:
      "Whether documents have vectors; without them the collection needs no model and is searched by keywords",
  }),
  analyzer: Analyzer.optional(),
  text_fields: TextFields.optional(),
});

export const CollectionConfig = CollectionConfigShape.superRefine(requireFitting).meta({ id: "CollectionConfig" });
export type CollectionConfig = z.infer<typeof CollectionConfig>;
export type CollectionConfigInput = z.input<typeof CollectionConfig>;

/** The parts of a configuration that have to do with each other. */
interface Fitting extends TextSettings {
  readonly model?: string | undefined;
  readonly metric?: Metric | undefined;
  readonly vectors?: Readonly<Record<string, unknown>> | undefined;
  readonly dense?: boolean | undefined;
  readonly fields?: Readonly<Record<string, FieldType>> | undefined;
}

function requireFitting({ dense, fields, text_fields: textFields, ...asked }: Fitting, context: z.RefinementCtx): void {
  for (const name of ["model", "metric", "vectors"] as const) {
    if (dense !== false || asked[name] === undefined) continue;
    context.addIssue({ code: "custom", path: [name], message: "a collection without vectors has none of it" });
  }
  const unknown = fields && unknownTextField(textFields, fields);
  if (unknown === undefined) return;
  const path = ["text_fields", unknown];
  context.addIssue({ code: "custom", path, message: "neither title nor text nor a declared field of type string" });
}

export const ReindexRequest = CollectionConfigShape.pick({ model: true, precision: true, metric: true, analyzer: true })
  .extend({
    vectors: NamedVectorSettings.optional().meta({
      description: "All further vectors; those of before when absent. Vectors that stay as they are are not made again",
    }),
    dense: z.boolean().optional(),
    text_fields: TextFields.optional(),
    fields: z
      .record(FieldName, FieldType)
      .optional()
      .meta({ description: "All declared fields; those of before when absent" }),
  })
  .strict()
  .superRefine(requireFitting)
  .meta({ id: "ReindexRequest" });
export type ReindexRequest = z.infer<typeof ReindexRequest>;
export type ReindexRequestInput = z.input<typeof ReindexRequest>;

export const ReindexInfo = z
  .object({
    state: z
      .enum(["running", "interrupted"])
      .meta({ description: "An interrupted one goes on when it is asked for again" }),
    model: z.string(),
    documents: z.int().meta({ description: "Documents that the next generation holds already" }),
    total: z.int(),
  })
  .meta({ id: "ReindexInfo" });
export type ReindexInfo = z.infer<typeof ReindexInfo>;

/** A further name of a collection. */
export const Alias = z.object({ alias: CollectionName, collection: CollectionName }).meta({ id: "Alias" });
export type Alias = z.infer<typeof Alias>;

export const CollectionInfo = z
  .object({
    name: CollectionName,
    model: z
      .string()
      .meta({ description: "Identity of what made the vectors; `:int8` ends it where that is the precision" }),
    precision: ModelPrecision,
    dimension: z.int().meta({ description: "Of its vectors; 0 for a collection without" }),
    dense: z.boolean(),
    metric: Metric,
    vectors: z.record(z.string(), VectorsInfo).optional().meta({ description: "Further vectors, by name" }),
    analyzer: Analyzer.optional(),
    text_fields: TextFields.optional(),
    fields: z.record(z.string(), FieldType),
    documents: z.int().meta({ description: "Documents that are searchable" }),
    passages: z.int(),
    bytes: z.int().meta({ description: "Size of the table on disk" }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime().meta({ description: "Last acknowledged write" }),
    vector_index: VectorIndexFacts.optional().meta({
      description: "Of a large collection; without it every vector is scored",
    }),
    reindex: ReindexInfo.optional().meta({ description: "While the collection is made anew" }),
  })
  .meta({ id: "CollectionInfo" });
export type CollectionInfo = z.infer<typeof CollectionInfo>;
