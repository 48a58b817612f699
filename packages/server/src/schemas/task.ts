import { CollectionName } from "@galen/db/schemas";
import { IngestProgress, IngestReport } from "@galen/rag/schemas";
import { z } from "zod";
import { Problem } from "./problem.ts";

export const TaskState = z.enum(["queued", "running", "done", "failed", "cancelled"]).meta({ id: "TaskState" });
export type TaskState = z.infer<typeof TaskState>;

/**
 * Work that outlives its request. Tasks are forgotten when the server stops, except documents that were accepted with
 * `Prefer: respond-async`; what they stored is not.
 */
export const Task = z
  .object({
    id: z.string(),
    kind: z.enum(["ingest", "reindex"]),
    collection: CollectionName,
    name: z.string().meta({ description: "Name of the file, or what is done" }),
    state: TaskState,
    progress: IngestProgress,
    report: IngestReport.optional(),
    problem: Problem.optional(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Task" });
export type Task = z.infer<typeof Task>;
