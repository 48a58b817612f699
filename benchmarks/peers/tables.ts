import { table, thousands } from "../markdown.ts";
import { searchModes } from "./protocol.ts";
import type { Figures, PeersResults, Search } from "./results.ts";

/** What indexing takes and leaves. */
export function indexTable({ contestants }: PeersResults): string {
  const rows = contestants.map(({ title, index, peak_rss_mb }) => [
    title,
    index.seconds.toFixed(1),
    index.documents_per_second.toFixed(1),
    index.times === null ? "–" : index.times.toFixed(2),
    percent(index.taken_by_others_percent),
    thousands(index.vectors),
    index.disk_mb.toFixed(1),
    `${index.peak_rss_mb ?? "?"} / ${peak_rss_mb ?? "?"}`,
  ]);
  const heading =
    "s, documents/s, × txtai, CPU taken by others, vectors, disk MB, peak RSS MB indexing / with searches";
  return table(["", ...heading.split(", ")], rows);
}

/** How well and how fast everybody searches, mode by mode. */
export function searchTable({ contestants }: PeersResults): string {
  const rows = searchModes.flatMap((mode) =>
    contestants.flatMap((figures) =>
      figures.searches.filter((search) => search.mode === mode).map((search) => searchRow(figures, search)),
    ),
  );
  const heading = "nDCG@10, Recall@10, Recall@100, p50 ms, p95 ms, × txtai";
  return table(["", ...heading.split(", ")], rows);
}

function searchRow(figures: Figures, search: Search): string[] {
  const { mode, metrics, p50_ms: p50, p95_ms: p95, times } = search;
  return [
    `${mode}: ${searcherName(figures, search)}`,
    ...[metrics["ndcg@10"], metrics["recall@10"], metrics["recall@100"]].map((share) => share.toFixed(4)),
    p50.median.toFixed(1),
    p95.median.toFixed(1),
    times === null ? "–" : `${times.median} (${times.least}–${times.most})`,
  ];
}

/** Who searches, and with which vector index where it is not the one that everybody gets. */
export function searcherName({ title }: Figures, { index }: Search): string {
  return index === "flat" ? `${title}, flat index` : title;
}

/** The versions of what takes part beside Galen. */
export function versionsOf({ contestants }: PeersResults): string {
  const versions = new Map(contestants.flatMap((figures) => Object.entries(figures.versions)));
  versions.delete("galen"); // the identity of a model, which differs by precision
  return [...versions].map(([name, version]) => `${name} ${version}`).join(", ");
}

function percent(value: number | null): string {
  return value === null ? "–" : `${value} %`;
}
