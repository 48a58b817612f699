import { z } from "zod";
import { CollectionName, FieldType } from "./collection.ts";
import { Metadata, Span } from "./document.ts";
import { ObjectInfo } from "./object.ts";
import { Analyzer, TextFields } from "./text-settings.ts";
import { Metric } from "./metric.ts";
import { VectorIndexFacts } from "./vector-index.ts";
import { ModelPrecision } from "./vectors.ts";

export const SnapshotId = z
  .string()
  .regex(/^[0-9TZ]{1,32}-[0-9a-f]{8}$/, "not the id of a snapshot")
  .meta({ id: "SnapshotId", example: "20261126T170000000Z-1b9d6bcd" });

/** A collection as it was at one moment. */
export const SnapshotInfo = z
  .object({
    id: SnapshotId,
    collection: CollectionName.meta({ description: "Its name then" }),
    created_at: z.iso.datetime(),
    version: z.int().meta({ description: "Version of the collection" }),
    model: z.string(),
    precision: ModelPrecision,
    dimension: z.int(),
    documents: z.int(),
    bytes: z
      .int()
      .meta({ description: "Of its files; on the same disk those of the table are shared with the collection" }),
  })
  .meta({ id: "SnapshotInfo" });
export type SnapshotInfo = z.infer<typeof SnapshotInfo>;

/** A path below the snapshot's folder: neither absolute nor out of it. */
const FilePath = z
  .string()
  .max(1_024)
  .regex(/^[\w.-]+(\/[\w.-]+)*$/)
  .refine((path) => !path.split("/").some((part) => part === "." || part === ".."));

/** What further vectors are made with, and what is known of their index. */
const NamedVectors = z.object({
  model_name: z.string().optional(),
  model: z.string(),
  precision: ModelPrecision,
  dimension: z.int(),
  metric: Metric,
  vector_index: VectorIndexFacts.optional(),
});

/** `manifest.json` of a snapshot. */
export const SnapshotManifest = SnapshotInfo.extend({
  format: z.literal(1),
  settings: z.object({
    model_name: z.string().optional(),
    fields: z.record(z.string(), FieldType),
    analyzer: Analyzer.optional(),
    text_fields: TextFields.optional(),
    vector_index: VectorIndexFacts.optional(),
    metric: Metric.optional(),
    vectors: z.record(z.string(), NamedVectors).optional(),
    table_version: z.int(),
    seen_fields: z.array(z.string()),
  }),
  files: z.array(z.object({ path: FilePath, bytes: z.int(), sha256: z.string() })),
});
export type SnapshotManifest = z.infer<typeof SnapshotManifest>;

/** A line of `documents.jsonl`: what the catalogue knows of a document. */
export const SnapshotDocument = z.object({
  id: z.string(),
  rev: z.int(),
  text: z.string(),
  title: z.string().optional(),
  tags: z.array(z.string()).optional(),
  metadata: Metadata,
  source: z.string().optional(),
  object: ObjectInfo.optional(),
  passages: z.array(Span),
  content_hash: z.string(),
  text_hash: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type SnapshotDocument = z.infer<typeof SnapshotDocument>;

export const SnapshotReport = z
  .object({
    id: SnapshotId,
    ok: z.boolean(),
    files: z.int(),
    missing: z.array(z.string()),
    damaged: z.array(z.string()).meta({ description: "Files whose content is not what was written" }),
  })
  .meta({ id: "SnapshotReport" });
export type SnapshotReport = z.infer<typeof SnapshotReport>;
