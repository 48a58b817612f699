import type { Machine } from "@galen/testing";
import { table, thousands } from "../markdown.ts";
import type { Latency } from "./measure.ts";

/** One collection, measured. */
export interface SearchCase {
  readonly corpus: string;
  readonly documents: number;
  readonly passages: number;
  /** `null` when it was there already. */
  readonly index_seconds: number | null;
  readonly rss_mb: number;
  readonly disk_mb: number;
  readonly exact: boolean;
  readonly modes: Readonly<Record<string, Latency>>;
  readonly clients: Readonly<Record<string, Latency>>;
  readonly filters: Readonly<Record<string, Latency & { readonly recall_at_10: number | null }>>;
  readonly while_indexing: Latency;
  readonly recall_at_10: number | null;
}

export interface SearchResults {
  readonly date: string;
  readonly machine: Machine;
  readonly load_average: readonly number[];
  readonly precision: string;
  readonly cases: readonly SearchCase[];
}

/** What docs/performance.md says of searches. */
export function searchSection({ date, machine, precision, cases }: SearchResults): string {
  const isSynthetic = cases.some(({ recall_at_10: recall }) => recall !== null);
  const synthetic = isSynthetic
    ? " Synthetic vectors have 384 dimensions around 200 subjects, their texts 40 words, and embedding them takes no time."
    : "";
  return `## Search

Printed by \`npm run bench -- search\` on ${date.slice(0, 10)}: ten hits, query embedding included, the model in ${precision}. A filter of 1 %
leaves one document of a hundred.${synthetic}
${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.

${cases.map(caseText).join("\n\n")}`;
}

function caseText({ modes, clients, filters, while_indexing: busy, ...facts }: SearchCase): string {
  const {
    corpus,
    documents,
    passages,
    index_seconds: seconds,
    rss_mb: rss,
    disk_mb: disk,
    exact,
    recall_at_10: recall,
  } = facts;
  const indexed = seconds === null ? "" : `indexed in ${thousands(seconds)} s, `;
  const found = recall === null ? "" : ` Recall of the ten nearest: ${recall}.`;
  const how = exact ? "every vector is scored" : "an approximate index is asked";
  const rows = [
    ...Object.entries(modes).map(([name, latency]) => row(name, latency)),
    ...Object.entries(clients).map(([name, latency]) =>
      row(`hybrid, ${name === "1" ? "1 client" : `${name} clients`}`, latency),
    ),
    ...Object.entries(filters).map(([name, latency]) =>
      row(`hybrid, filter of ${name}${recallOf(latency.recall_at_10)}`, latency),
    ),
    row("hybrid while indexing", busy),
  ];
  return `**${thousands(documents)} documents of ${corpus}** (${thousands(passages)} passages, ${indexed}${disk} MB on disk, ${rss} MB of memory; ${how}).${found}

${table(["", "p50 ms", "p95 ms", "p99 ms", "searches/s"], rows)}`;
}

function row(name: string, { p50_ms: p50, p95_ms: p95, p99_ms: p99, per_second: rate }: Latency): string[] {
  return [name, ...[p50, p95, p99].map((value) => value.toFixed(1)), String(rate)];
}

function recallOf(recall: number | null): string {
  return recall === null ? "" : `, dense recall ${recall}`;
}
