import { disturbance } from "./disturbance.ts";
import type { Figures } from "./figures.ts";
import type { Profile } from "./profile/measure-profiles.ts";
import type { Contest, EmbedResults } from "./results.ts";

/** The results as text. */
export function printResults({ machine, minilm, shipped, base, profile, seconds }: EmbedResults): string {
  return [
    `${machine.cpu}, ${machine.cores} cores, load average before: ${machine.load_average_before.join(" ")}; ${seconds} s`,
    ...(minilm === null ? [] : contestLines(minilm)),
    ...shipped.map(
      ({ name, load_ms, start_ms, peak_rss_mb, query_ms, cosine }) =>
        `${name} with the weights that Galen ships: load ${load_ms} ms, from start ${start_ms} ms, ${peak_rss_mb} MB, query ${query_ms.p50} ms, cosine ${cosine?.mean} (min ${cosine?.min})`,
    ),
    ...(base === null ? [] : contestLines(base)),
    ...(profile ?? []).flatMap(profileLines),
    "",
  ].join("\n");
}

type Column = readonly [heading: string, cell: (figures: Figures) => string];

const columns: readonly Column[] = [
  ["", ({ title }) => title],
  ["tokens/s", ({ tokens_per_second: { median } }) => String(median)],
  ["best", ({ tokens_per_second: { best } }) => String(best)],
  ["texts/s", ({ texts_per_second: { median } }) => String(median)],
  ["others %", ({ taken_by_others_percent }) => String(taken_by_others_percent ?? "?")],
  ["query p50/p95 ms", ({ query_ms: { p50, p95 } }) => `${p50}/${p95}`],
  ["RSS MB", ({ peak_rss_mb }) => String(peak_rss_mb ?? "?")],
  ["load ms", ({ load_ms }) => String(load_ms)],
  ["from start", ({ start_ms }) => String(start_ms)],
  ["cosine (min)", ({ cosine }) => (cosine === null ? "–" : `${cosine.mean} (${cosine.min})`)],
  ["× torch fp32", (figures) => times(figures, "torch-fp32")],
  ["× torch bf16", (figures) => times(figures, "torch-bf16")],
];

function times({ times }: Figures, rival: string): string {
  const ratio = times[rival];
  return ratio === undefined ? "–" : `${ratio.median} (${ratio.least}–${ratio.most})`;
}

function contestLines({ model, weights, source, texts, tokens, rounds, contestants, cosine_to, skipped }: Contest) {
  const disturbed = disturbance({ contestants });
  return [
    "",
    `${model} (${weights}), ${texts} texts of ${source}, ${tokens} tokens, ${rounds} rounds, cosine to ${cosine_to}`,
    ...table([columns.map(([heading]) => heading), ...contestants.map((one) => columns.map(([, cell]) => cell(one)))]),
    ...(disturbed === undefined ? [] : [disturbed]),
    ...skipped.map(({ name, reason }) => `left out: ${name}: ${reason}`),
  ];
}

function profileLines({ precision, batch, operators, ...profile }: Profile): string[] {
  return [
    "",
    `${precision}, ${batch.texts} texts of ${batch.tokens / batch.texts} tokens on one core: ${profile.ns_per_token} ns/token, of which products ${profile.products_ns_per_token}; the products alone ${profile.gemm_ns_per_token} (two cores: ${profile.gemm_tokens_per_second} tokens/s)`,
    ...table(
      operators
        .filter(({ percent }) => percent >= 1)
        .map(({ operator, count, ns_per_token, percent }) => [
          operator,
          `${count} ×`,
          `${ns_per_token}`,
          `${percent} %`,
        ]),
    ),
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}
