import { z } from "zod";

const Latency = z
  .object({ p50: z.number(), p95: z.number() })
  .meta({ description: "Milliseconds, query embedding included" });

const Metrics = z.object({
  "ndcg@10": z.number(),
  "recall@10": z.number(),
  "recall@100": z.number(),
  "mrr@10": z.number(),
  map: z.number(),
});

/** What an evaluation found: one entry a run. */
export const RetrievalEvaluation = z.object({
  dataset: z.string(),
  model: z.string(),
  documents: z.int(),
  passages: z.int(),
  queries: z.int().meta({ description: "Queries with a relevant document" }),
  index_seconds: z.number().nullable().meta({ description: "null when the collection was there already" }),
  runs: z.array(
    z.object({ name: z.string(), options: z.record(z.string(), z.json()), metrics: Metrics, latency_ms: Latency }),
  ),
});
export type RetrievalEvaluation = z.infer<typeof RetrievalEvaluation>;
