// `npm run dev -- node benchmarks/report.ts`: writes docs/performance.md from benchmarks/results. A test compares them.
import { readFileSync, writeFileSync } from "node:fs";
import { embeddingSection, otherMachineSection } from "./embed/page.ts";
import { speedPlot } from "./embed/plot.ts";
import type { EmbedResults } from "./embed/results.ts";
import { querySection } from "./query/page.ts";
import type { QueryResults } from "./query/page.ts";
import { searchSection } from "./search/page.ts";
import type { SearchResults } from "./search/page.ts";
import type { Machine } from "@galen/testing";

interface Smoke {
  readonly date: string;
  readonly machine: Machine;
  readonly [figure: string]: unknown;
}

const rows: readonly (readonly [figure: string, meaning: string, unit: string])[] = [
  ["embed_tokens_per_second", "encode questions and answers, tokenizing included", "tokens/s"],
  ["index_documents_per_second", "index: read, cut, encode, store durably, full text", "documents/s"],
  ["index_tokens_per_second", "the same, in tokens that the model computed", "tokens/s"],
  ["index_share_outside_encoder", "share of indexing that the encoder alone would not have taken", ""],
  ["search_dense_p50_ms", "dense search, query embedding included, p50", "ms"],
  ["search_keyword_p50_ms", "keyword search, p50", "ms"],
  ["search_hybrid_p50_ms", "hybrid search, query embedding included, p50", "ms"],
  ["search_hybrid_p95_ms", "hybrid search, p95", "ms"],
  ["answer_p50_ms", "extractive answer with citations, p50", "ms"],
  ["model_load_ms", "load the model and embed one text", "ms"],
  ["start_to_listening_ms", "start of the server until it prints its address", "ms"],
  ["start_to_first_answer_ms", "start of the server until the first answer over HTTP", "ms"],
  ["index_peak_rss_mb", "peak memory (RSS) while indexing", "MB"],
  ["server_peak_rss_mb", "peak memory of the server after that answer", "MB"],
  ["peak_rss_mb", "peak memory of the whole benchmark: encoding, indexing, 600 searches, 50 answers", "MB"],
];

/** What this script writes, by its place beside this file. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const smoke = readResult("smoke") as Smoke;
  const embed = readResult("embed") as EmbedResults;
  const withoutAmx = readResult("embed-vnni") as EmbedResults;
  const query = readResult("query") as QueryResults;
  const search = readResult("search") as SearchResults;
  const sections = [
    embeddingSection(embed),
    otherMachineSection(withoutAmx, "Embedding without AMX"),
    querySection(query),
    searchSection(search),
  ];
  return {
    "../docs/performance.md": `${smokePage(smoke)}\n${sections.join("\n\n")}\n`,
    "../docs/images/embed.svg": speedPlot(embed),
  };
}

function readResult(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`results/${name}.json`, import.meta.url), "utf8"));
}

function smokePage({ date, machine, ...figures }: Smoke): string {
  const figure = (name: string): string => {
    const value = figures[name];
    return typeof value === "number" ? String(value) : "not measured";
  };
  const table = rows.map(([name, meaning, unit]) => `| ${meaning} | ${figure(name)} ${unit}`.trimEnd() + " |");
  return `# Performance

Printed by \`npm run bench -- smoke\` on ${date.slice(0, 10)} and written here by \`benchmarks/report.ts\`: ${figure("documents")} MedQuAD answers,
${figure("passages")} passages, all-MiniLM-L6-v2 in float32.

Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GiB, ${machine.instructions.join(" ")}; ${machine.os}; Node ${machine.node}.
It is a shared virtual machine: the same run moves by 20 % and more, so compare only figures of one run.

| what | figure |
|---|---:|
${table.join("\n")}

Indexing waits for the encoder and for little else: storing, fsync and full-text indexing overlap it. Memory is counted as the system
does, some 200 MB of it are the mapped libraries of LanceDB, onnxruntime and Node. The bootstrap starts Node with \`MALLOC_ARENA_MAX=2\`,
\`MALLOC_TRIM_THRESHOLD_=131072\` and \`--max-semi-space-size=8\`; do the same when you start \`galen\` in another way and memory matters.
`;
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(generatedFiles())) {
    writeFileSync(new URL(path, import.meta.url), content);
  }
}
