import { table, thousands } from "../markdown.ts";
import { disturbance } from "./disturbance.ts";
import type { Figures } from "./figures.ts";
import type { Profile } from "./profile/measure-profiles.ts";
import type { Contest, EmbedResults, Shipped } from "./results.ts";

/** The section on embedding of docs/performance.md, from benchmarks/results/embed.json. */
export function embeddingSection(results: EmbedResults): string {
  const { date, machine, minilm, shipped, base, profile, seconds } = results;
  const load = machine.load_average_before.join(", ");
  const pinned = machine.pinned ? ", which all are pinned to" : "";
  return [
    `## Embedding

Printed by \`npm run bench -- embed\` on ${date.slice(0, 10)} in ${seconds} s: Galen and what else people encode texts with, in one run. Every
contestant is a process of its own, all are alive, one computes at a time, and each round begins with another one. All get the same
texts, the same weights and ${machine.cores_used} cores${pinned}; tokenizing is included, the first round is not. Ratios are taken within a round: median
(smallest–largest).

Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GiB, ${machine.instructions.join(" ")}; ${machine.os}; Node ${machine.node}; load average before: ${load}.

![Tokens per second of each contestant](images/embed.svg)`,
    ...(minilm === null ? [] : [contestText(minilm), peersText(minilm)]),
    ...(shipped.length === 0 ? [] : [shippedText(shipped)]),
    ...(base === null ? [] : [contestText(base)]),
    ...(profile === null || profile.length === 0 ? [] : [profileText(profile)]),
  ].join("\n\n");
}

/** The same contest on a machine whose processor lacks the main one's instructions, from another results file. */
export function otherMachineSection({ date, machine, minilm, shipped, base }: EmbedResults, title: string): string {
  return [
    `## ${title}

Printed by \`npm run bench -- embed\` on ${date.slice(0, 10)}: the same contest on ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GiB, ${machine.instructions.join(" ")};
${machine.os}; Node ${machine.node}; load average before: ${machine.load_average_before.join(", ")}.`,
    ...(minilm === null ? [] : [contestText(minilm)]),
    ...(shipped.length === 0 ? [] : [shippedText(shipped)]),
    ...(base === null ? [] : [contestText(base)]),
  ].join("\n\n");
}

function contestText({ contestants, skipped, ...contest }: Contest): string {
  const rows = contestants.map((figures) => [
    figures.title,
    thousands(figures.tokens_per_second.median),
    thousands(figures.tokens_per_second.best),
    thousands(figures.texts_per_second.median),
    times(figures, "torch-fp32"),
    times(figures, "torch-bf16"),
    figures.taken_by_others_percent === null ? "–" : `${figures.taken_by_others_percent} %`,
    `${figures.query_ms.p50} / ${figures.query_ms.p95}`,
    figures.cosine === null ? "–" : `${figures.cosine.mean} / ${figures.cosine.min}`,
    figures.peak_rss_mb === null ? "–" : String(figures.peak_rss_mb),
    `${figures.load_ms} / ${figures.start_ms}`,
  ]);
  const heading = `tokens/s, best, texts/s, × torch fp32, × torch bf16, CPU taken by others, one query ms p50 / p95, cosine mean / min, RSS MB, load ms / from process start`;
  const disturbed = disturbance({ contestants });
  return `### ${contest.model}

Weights: ${contest.weights}. ${contest.texts} texts (${contest.source}), ${thousands(contest.tokens)} tokens with special tokens, ${contest.rounds} rounds. The
query has ${contest.query_tokens} tokens, 100 of them in turns of ten; cosines are to ${contest.cosine_to ?? "nothing"}; loading ends with the first vector.

${table(["", ...heading.split(", ")], rows)}${disturbed === undefined ? "" : `\n\n**${disturbed}**`}${skipped.map(({ name, reason }) => `\n\nLeft out: ${name} (${reason}).`).join("")}`;
}

/** Who the peers are; said once, under the first table. */
function peersText({ contestants }: Contest): string {
  const versions = new Map(contestants.flatMap((figures) => Object.entries(figures.versions)));
  versions.delete("galen"); // the identity of a model, which differs by precision
  const list = [...versions].map(([name, version]) => `${name} ${version}`).join(", ");
  return `Versions: ${list}.
sentence-transformers encodes in batches of 32 sorted by length, as it does by itself; txtai gets the folder of
the model as its \`path\` and \`gpu=False\`; onnxruntime-node computes the same graph, which \`writeOnnxModel\` exported with the output
\`last_hidden_state\`, in padded batches of 32 in the order of the texts, with pooling in JavaScript, as transformers.js does.`;
}

function shippedText(shipped: readonly Shipped[]): string {
  const rows = shipped.map(({ name, load_ms, start_ms, peak_rss_mb, query_ms, cosine }) => [
    name,
    `${load_ms} / ${start_ms}`,
    `${query_ms.p50} / ${query_ms.p95}`,
    peak_rss_mb === null ? "–" : String(peak_rss_mb),
    cosine === null ? "–" : `${cosine.mean} / ${cosine.min}`,
  ]);
  const headings = ["", "load ms / from process start", "one query ms p50 / p95", "RSS MB", "cosine mean / min"];
  return `The same with the float16 weights that Galen ships, each alone on the machine; the cosines are still to float32 weights:

${table(headings, rows)}`;
}

function profileText(profiles: readonly Profile[]): string {
  return [`### Where the time goes`, ...profiles.map(oneProfile)].join("\n\n");
}

function oneProfile({ precision, batch, operators, gemm, ...profile }: Profile): string {
  const rows = operators
    .filter(({ percent }) => percent >= 1)
    .map(({ operator, count, ns_per_token, percent }) => [operator, `${count}`, `${ns_per_token}`, `${percent} %`]);
  const products = gemm.map((product) => [
    `${product.inputs} × ${product.outputs}, ${product.kind}`,
    `${product.count}`,
    `${product.in_graph_us}`,
    `${product.alone_us}`,
    `${product.alone_gops}`,
  ]);
  return `**${precision}**, ${batch.texts} texts of ${batch.tokens / batch.texts} tokens on one core: ${thousands(profile.ns_per_token)} ns per token, of which ${thousands(profile.products_ns_per_token)} are products
with weights. The same products alone take ${thousands(profile.gemm_ns_per_token)} ns: on two cores they would allow ${thousands(profile.gemm_tokens_per_second)} tokens/s, all kernels
${thousands(profile.kernels_tokens_per_second)}.

${table(["operator", "nodes", "ns/token", "share"], rows)}

${table(["product", "nodes", "µs in the graph", "µs alone", "GOP/s alone"], products)}`;
}

function times({ times }: Figures, rival: string): string {
  const ratio = times[rival];
  return ratio === undefined ? "–" : `${ratio.median} (${ratio.least}–${ratio.most})`;
}
