import { RetrievalEvaluation } from "@galen/rag";
import { z } from "zod";
import { searchModes, vectorIndexes } from "./protocol.ts";

const Machine = z.object({
  cpu: z.string(),
  cores: z.int(),
  memory_gb: z.number(),
  instructions: z.array(z.string()).readonly(),
  os: z.string(),
  node: z.string(),
  /** Over 1, 5 and 15 minutes, before anything was started. */
  load_average_before: z.array(z.number()).readonly(),
  cores_used: z.int(),
  /** Whether every contestant was held to these cores, because the machine has more. */
  pinned: z.boolean(),
});

/** A figure of each round, and their median. */
const Rounds = z.object({ median: z.number(), rounds: z.array(z.number()).readonly() });

/** How many times as fast as the rival in the same mode and round. */
const Times = z.object({
  median: z.number(),
  least: z.number(),
  most: z.number(),
  rounds: z.array(z.number()).readonly(),
});

const Search = z.object({
  mode: z.enum(searchModes),
  index: z.enum(vectorIndexes),
  metrics: RetrievalEvaluation.shape.runs.element.shape.metrics,
  p50_ms: Rounds,
  p95_ms: Rounds,
  /** By their p50; null for the rival's own index and without it. */
  times: Times.nullable(),
});
export type Search = z.infer<typeof Search>;

const Figures = z.object({
  name: z.string(),
  title: z.string(),
  versions: z.record(z.string(), z.string()),
  max_tokens: z.int(),
  index: z.object({
    seconds: z.number(),
    documents_per_second: z.number(),
    vectors: z.int(),
    vector_index: z.string(),
    disk_mb: z.number(),
    peak_rss_mb: z.number().nullable(),
    /** Percent of the time of all cores that other programs, and the host, took meanwhile. */
    taken_by_others_percent: z.number().nullable(),
    /** Documents a second by the rival's. */
    times: z.number().nullable(),
  }),
  searches: z.array(Search),
  /** Indexing and all searches. */
  peak_rss_mb: z.number().nullable(),
  /** As above, of the searches whose time counts. */
  taken_by_others_percent: z.number().nullable(),
});
export type Figures = z.infer<typeof Figures>;

/** benchmarks/results/peers.json */
export const PeersResults = z.object({
  benchmark: z.literal("peers"),
  date: z.iso.datetime(),
  machine: Machine,
  seconds: z.number(),
  corpus: z.object({ name: z.string(), documents: z.int(), queries: z.int(), limited: z.boolean() }),
  weights: z.string(),
  rounds: z.int(),
  contestants: z.array(Figures),
  skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
});
export type PeersResults = z.infer<typeof PeersResults>;
