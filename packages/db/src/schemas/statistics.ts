import { z } from "zod";
import { FieldType } from "./collection.ts";
import { VectorIndexFacts } from "./vector-index.ts";

const Lengths = z.object({
  total: z.int(),
  min: z.int(),
  median: z.int(),
  p95: z.int(),
  max: z.int(),
});

export const CollectionStatistics = z
  .object({
    documents: z.int(),
    passages: z.int(),
    text_length: Lengths.optional().meta({
      description: "Of the documents, in UTF-16 units; absent when there are none",
    }),
    sources: z.int().meta({ description: "Files and other origins that ingestion remembers" }),
    fields: z
      .record(z.string(), z.object({ type: FieldType, documents: z.int() }))
      .meta({ description: "Declared fields, and how many documents have each" }),
    undeclared_fields: z.array(z.string()).meta({ description: "Other metadata paths in use" }),
    bytes: z.object({
      data: z.int().meta({ description: "Passages and vectors" }),
      indexes: z.int(),
      versions: z.int().meta({ description: "Manifests and deletions, pruned by maintenance" }),
    }),
    indexes: z.object({
      text_unindexed: z
        .int()
        .meta({ description: "Passages that a keyword search reads one by one until maintenance" }),
      vectors_in_memory: z.int().optional().meta({ description: "Absent until the first search has loaded them" }),
      vector: VectorIndexFacts.optional(),
      vectors: z
        .record(z.string(), VectorIndexFacts)
        .optional()
        .meta({ description: "The same of further vectors, by name" }),
    }),
  })
  .meta({ id: "CollectionStatistics" });
export type CollectionStatistics = z.infer<typeof CollectionStatistics>;
