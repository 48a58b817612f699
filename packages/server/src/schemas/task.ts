import { CollectionName } from "@galen/db/schemas";
import { z } from "zod";
import { Problem } from "./problem.ts";

export const IngestProgress = z
  .object({
    phase: z.enum(["reading", "indexing", "done"]),
    source: z.string().optional(),
    documents: z.number(),
    total: z.number().optional().meta({ description: "Records in all, when that is known" }),
    bytesRead: z.number(),
    bytesTotal: z.number(),
    passages: z.number(),
    unchanged: z.number(),
    failed: z.number(),
    elapsedMs: z.number(),
  })
  .meta({ id: "IngestProgress" });
export type IngestProgress = z.infer<typeof IngestProgress>;

export const IngestFailure = z
  .object({
    source: z.string(),
    line: z.int().optional(),
    id: z.string().optional(),
    code: z.string(),
    message: z.string(),
  })
  .meta({ id: "IngestFailure" });

export const IngestReport = z
  .object({
    documents: z.int(),
    added: z.int(),
    changed: z.int().optional(),
    unchanged: z.int(),
    removed: z.int(),
    passages: z.int(),
    failed: z.array(IngestFailure),
    seconds: z.number(),
    docs_per_second: z.number(),
  })
  .meta({ id: "IngestReport" });
export type IngestReport = z.infer<typeof IngestReport>;

export const TaskState = z.enum(["queued", "running", "done", "failed", "cancelled"]).meta({ id: "TaskState" });
export type TaskState = z.infer<typeof TaskState>;

/** Work that outlives its request. Tasks are forgotten when the server stops; what they stored is not. */
export const Task = z
  .object({
    id: z.string(),
    kind: z.literal("ingest"),
    collection: CollectionName,
    name: z.string().meta({ description: "Name of the file" }),
    state: TaskState,
    progress: IngestProgress,
    report: IngestReport.optional(),
    problem: Problem.optional(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Task" });
export type Task = z.infer<typeof Task>;
