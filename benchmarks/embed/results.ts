import type { Machine } from "@galen/testing";
import type { ContestResult } from "./contest.ts";
import type { Cosine } from "./figures.ts";
import type { Profile } from "./profile/measure-profiles.ts";

/** benchmarks/results/embed.json. What was not asked for is null. */
export interface EmbedResults {
  readonly benchmark: "embed";
  readonly date: string;
  readonly machine: Machine & {
    /** Over 1, 5 and 15 minutes, before anything was started. */
    readonly load_average_before: readonly number[];
    readonly cores_used: number;
    /** Whether every contestant was held to these cores, because the machine has more. */
    readonly pinned: boolean;
  };
  readonly seconds: number;
  readonly minilm: Contest | null;
  /** Galen with the weights that it comes with, where the contest had others. */
  readonly shipped: readonly Shipped[];
  readonly base: Contest | null;
  readonly profile: readonly Profile[] | null;
}

export interface Contest extends ContestResult {
  readonly model: string;
  readonly weights: string;
  readonly source: string;
  readonly texts: number;
  /** All texts, special tokens included, counted by Galen's tokenizer. */
  readonly tokens: number;
  readonly query_tokens: number;
  readonly rounds: number;
}

export interface Shipped {
  readonly name: string;
  readonly load_ms: number;
  readonly start_ms: number;
  readonly peak_rss_mb: number | null;
  readonly query_ms: { readonly p50: number; readonly p95: number };
  /** To the reference of the contest, which has float32 weights. */
  readonly cosine: Cosine | null;
}
