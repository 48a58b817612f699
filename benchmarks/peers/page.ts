import { table, thousands } from "../markdown.ts";
import { RIVAL } from "./contestants/contestants.ts";
import { modes } from "./protocol.ts";
import type { PeerFigures, PeersResults } from "./results.ts";

/** What docs/performance.md says of the peers. */
export function peersSection(results: PeersResults): string {
  const { date, machine, dataset, documents, queries, contestants, skipped } = results;
  const versions = contestants.find(({ name }) => name === RIVAL)?.versions ?? {};
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const missing = skipped.map(({ name, reason }) => `\n\n${name} did not take part: ${reason}`).join("");
  return `## Beside txtai

Printed by \`npm run bench -- peers\` on ${date.slice(0, 10)}: the ${thousands(documents)} documents and ${queries} queries of ${dataset}, indexed for hybrid
search with their texts and searched by all in one run, in turns, with the same all-MiniLM-L6-v2. Nobody was tuned for these
queries. Above 5,000 rows txtai's vector index looks into a part of the vectors only; a second entry has it score every one.
txtai embeds title and text of a document together, up to the model's 256 tokens; Galen cuts long documents into passages.
${machine.cpu}, ${machine.cores} cores, Node ${machine.node}${peers.length > 0 ? `, ${peers.join(", ")}` : ""}; load average ${loads(results)}.

${indexTable(contestants)}

${searchTable(contestants)}${missing}`;
}

function loads({ load_average: [before = [], after = []] }: PeersResults): string {
  return `${before[0] ?? "unknown"} before and ${after[0] ?? "unknown"} after`;
}

function indexTable(contestants: readonly PeerFigures[]): string {
  const rival = contestants.find(({ name }) => name === RIVAL);
  const rows = contestants.map((figures) => [
    figures.title,
    `${figures.index_seconds}`,
    `${figures.documents_per_second}`,
    times(figures.documents_per_second, rival?.documents_per_second),
    `${figures.disk_mb}`,
    `${figures.peak_rss_mb ?? "–"}`,
  ]);
  return table(["indexing", "seconds", "documents/s", "× txtai", "disk MB", "peak RSS MB"], rows);
}

function searchTable(contestants: readonly PeerFigures[]): string {
  const rival = contestants.find(({ name }) => name === RIVAL);
  const rows = modes.flatMap((mode) =>
    contestants.map((figures) => {
      const of = figures.modes[mode];
      return [
        `${mode}: ${figures.title}`,
        ...[of["ndcg@10"], of["recall@10"], of["recall@100"], of["mrr@10"]].map((value) => value.toFixed(4)),
        of.p50_ms.toFixed(1),
        of.p95_ms.toFixed(1),
        times(rival?.modes[mode].p50_ms, of.p50_ms),
      ];
    }),
  );
  const names = ["nDCG@10", "recall@10", "recall@100", "MRR@10", "p50 ms", "p95 ms", "× as fast as txtai"];
  return table(["search", ...names], rows);
}

function times(more: number | undefined, one: number | undefined): string {
  return more === undefined || one === undefined ? "–" : (more / one).toFixed(2);
}
