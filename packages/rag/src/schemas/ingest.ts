import { z } from "zod";

/** How far an ingestion is. Called after every batch and every file; `phase` is `done` once, at the end. */
export const IngestProgress = z
  .object({
    phase: z.enum(["reading", "indexing", "done"]),
    source: z.string().optional().meta({ description: "File being read" }),
    documents: z.int().meta({ description: "Documents stored so far, unchanged ones included" }),
    total: z.int().optional().meta({ description: "Documents in all: an estimate from the bytes read until the end" }),
    bytesRead: z.int(),
    bytesTotal: z.int(),
    passages: z.int().meta({ description: "Passages embedded so far" }),
    unchanged: z.int(),
    failed: z.int(),
    elapsedMs: z.number(),
  })
  .meta({ id: "IngestProgress" });
export type IngestProgress = z.infer<typeof IngestProgress>;

/** A record or a file that was not stored, and why. The others were. */
export const IngestFailure = z
  .object({
    source: z.string(),
    line: z.int().optional().meta({ description: "1-based; absent when the file as a whole is meant" }),
    id: z.string().optional(),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
  })
  .meta({ id: "IngestFailure" });
export type IngestFailure = z.infer<typeof IngestFailure>;

export const IngestReport = z
  .object({
    files: z.int(),
    skipped_files: z.int().meta({ description: "Hidden files and files of unknown types below an ingested folder" }),
    documents: z.int().meta({ description: "Documents that are stored now, unchanged ones included" }),
    added: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    removed: z.int().meta({ description: "Documents that are no longer in their file, or whose file is gone" }),
    duplicates: z.int().meta({ description: "Records that a later one with the same id replaced" }),
    passages: z.int().meta({ description: "Passages that were embedded" }),
    failed: z.array(IngestFailure).meta({ description: "The first thousand" }),
    failed_total: z.int(),
    aborted: z.boolean().meta({ description: "Stopped before the end; what was stored stays, and a new run goes on" }),
    seconds: z.number(),
    docs_per_second: z.number(),
  })
  .meta({ id: "IngestReport" });
export type IngestReport = z.infer<typeof IngestReport>;
