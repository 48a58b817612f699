import { z } from "zod";
import { DocumentInput, Metadata, Span } from "./document.ts";

/** What a document's vectors were made with; they serve again in a collection of the same model. */
export const ExportedEmbedding = z
  .object({
    model: z.string().max(1_024),
    /** Version of what cut the text. */
    splitter: z.string().max(1_024),
    passages: z.array(Span).max(100_000),
    /** A vector a passage: float32, little endian, base64. */
    vectors: z.array(z.base64().max(131_072)).max(100_000),
  })
  .meta({ id: "ExportedEmbedding" });
export type ExportedEmbedding = z.infer<typeof ExportedEmbedding>;

/** One line of an export: everything that a collection knows of a document. */
export const ExportedDocument = z
  .object({
    id: z.string(),
    text: z.string(),
    title: z.string().optional(),
    tags: DocumentInput.shape.tags,
    metadata: Metadata,
    source: z.string().optional(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    embedding: ExportedEmbedding.optional(),
  })
  .meta({ id: "ExportedDocument" });
export type ExportedDocument = z.infer<typeof ExportedDocument>;

/** What a line of an import may say besides the document. Files of other programs have none of it. */
export const ImportedExtras = z.object({
  source: z.string().max(4_096).nullish(),
  created_at: z.iso.datetime({ offset: true }).nullish(),
  updated_at: z.iso.datetime({ offset: true }).nullish(),
  embedding: ExportedEmbedding.nullish(),
});
export type ImportedExtras = z.infer<typeof ImportedExtras>;

export const ExportFormat = z.enum(["jsonl", "parquet"]).meta({ id: "ExportFormat" });
export type ExportFormat = z.infer<typeof ExportFormat>;

export const ImportFailure = z.object({
  line: z.int().meta({ description: "1-based line, or row of a Parquet file" }),
  id: z.string().optional(),
  code: z.string(),
  message: z.string(),
});
export type ImportFailure = z.infer<typeof ImportFailure>;

export const ImportResult = z
  .object({
    documents: z.int().meta({ description: "Documents read" }),
    upserted: z.int(),
    unchanged: z.int(),
    embedded: z.int().meta({ description: "Documents whose vectors were not in the file and did not exist" }),
    failed: z.array(ImportFailure).meta({ description: "The first of them" }),
    failed_total: z.int(),
    version: z.int(),
  })
  .meta({ id: "ImportResult" });
export type ImportResult = z.infer<typeof ImportResult>;
