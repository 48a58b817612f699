import { SearchRequest, type Hit, type SearchResponse } from "@galen/db/schemas";
import { scoreBar, snippet } from "../hit-text.ts";
import { interruptible } from "../interruptible.ts";
import { checked, parseFilter } from "../json-option.ts";
import type { DataOptions } from "../open-data.ts";
import { openReader } from "../reader.ts";
import type { Terminal } from "../terminal.ts";
import { counted, cut, plain } from "../text.ts";

export interface SearchOptions extends DataOptions {
  readonly collection: string;
  readonly query: string;
  readonly limit: number;
  readonly mode?: string;
  readonly vectors?: string;
  readonly filter?: string;
  readonly explain?: boolean;
}

export async function search(
  { collection: name, query, limit, mode, vectors, filter, explain, ...options }: SearchOptions,
  terminal: Terminal,
): Promise<void> {
  const parsed = parseFilter(filter);
  const request = checked(
    SearchRequest,
    { query, limit, mode, vectors, explain, ...(parsed !== undefined && { filter: parsed }) },
    "query",
  );
  await using reader = await openReader(options);
  const response = await interruptible((signal) => reader.search(name, request, { signal }));
  if (options.json === true) terminal.out(`${JSON.stringify(response)}\n`);
  else printHits(response, terminal);
}

function printHits(response: SearchResponse, terminal: Terminal): void {
  response.hits.forEach((hit, index) =>
    terminal.out(
      hitLines(hit, { rank: index + 1, terminal })
        .map((line) => `${line}\n`)
        .join(""),
    ),
  );
  const summary = [
    response.hits.length === 0 ? "no document matches" : counted(response.hits.length, "hit"),
    response.mode,
    `${Math.round(response.took_ms)} ms`,
  ];
  terminal.err(`${terminal.style("dim", summary.join(" · "))}\n`);
}

function hitLines(hit: Hit, { rank, terminal }: { readonly rank: number; readonly terminal: Terminal }): string[] {
  const width = terminal.outIsTerminal ? terminal.columns : undefined;
  const id = plain(hit.id);
  const head = `${String(rank).padStart(2)}  ${hit.score.toFixed(3)}  ${scoreBar(hit.score)}  `;
  const title =
    hit.title === undefined
      ? terminal.style("bold", id, "out")
      : `${terminal.style("bold", plain(hit.title), "out")}  ${id}`;
  const body = [
    `    ${snippet(hit, width)}`,
    ...explanation(hit).map((line) => `    ${terminal.style("dim", line, "out")}`),
  ];
  // A styled line is not cut: its escape codes have no width, and titles are short.
  return [
    head + title,
    ...body.map((line) => (width === undefined || line.includes("\u001b") ? line : cut(line, width))),
  ];
}

function explanation({ explain, score }: Hit): string[] {
  if (explain === undefined) return [];
  const legs = [
    ["dense", explain.dense, explain.dense?.metric ?? "cosine"] as const,
    ["keyword", explain.keyword, "BM25"] as const,
  ];
  return legs.flatMap(([name, leg, raw]) =>
    leg === undefined
      ? []
      : `${name.padEnd(7)} ${leg.weight.toFixed(2)} × ${leg.normalized.toFixed(3)} of ${score.toFixed(3)}  ${raw} ${leg.raw.toFixed(3)}  ${leg.rank === null ? "not listed, scored exactly" : `rank ${leg.rank}`}`,
  );
}
