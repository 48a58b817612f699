import type { Machine } from "@galen/testing";
import type { Mode } from "./protocol.ts";

export interface ModeFigures {
  readonly "ndcg@10": number;
  readonly "recall@10": number;
  readonly "recall@100": number;
  readonly "mrr@10": number;
  readonly p50_ms: number;
  readonly p95_ms: number;
}

export interface PeerFigures {
  readonly name: string;
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly index_seconds: number;
  readonly documents_per_second: number;
  readonly disk_mb: number;
  readonly peak_rss_mb: number | null;
  readonly modes: Readonly<Record<Mode, ModeFigures>>;
}

export interface PeersResults {
  readonly date: string;
  readonly machine: Machine;
  /** Before and after. */
  readonly load_average: readonly (readonly number[])[];
  readonly dataset: string;
  readonly documents: number;
  readonly queries: number;
  readonly contestants: readonly PeerFigures[];
  /** Who could not take part, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}
