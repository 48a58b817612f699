import { replayCommand } from "./run-scenario.ts";
import type { ScenarioResult } from "./run-scenario.ts";
import { isPassed } from "./scenario.ts";

type Column = readonly [heading: string, cell: (result: ScenarioResult) => string];

const columns: readonly Column[] = [
  ["scenario", ({ title }) => title],
  ["rounds", ({ rounds }) => thousands(rounds)],
  ["operations", ({ operations }) => thousands(operations)],
  ["lost", ({ lost }) => thousands(lost)],
  ["duplicated", ({ duplicated }) => thousands(duplicated)],
  ["torn", ({ torn }) => thousands(torn)],
  ["differences", ({ differences }) => thousands(differences)],
  ["worst restart ms", ({ worst_restart_ms }) => figure(worst_restart_ms)],
  ["RSS drift MB", ({ rss_drift_mb }) => figure(rss_drift_mb)],
  ["fd drift", ({ fd_drift }) => figure(fd_drift)],
  ["seed", ({ seed }) => String(seed)],
  ["verdict", (result) => (isPassed(result) ? "passed" : "**failed**")],
];

/** Markdown. */
export function resultTable(results: readonly ScenarioResult[]): string {
  const rows = results.map((result) => columns.map(([, cell]) => cell(result)));
  const rule = columns.map((_, at) => (at === 0 || at === columns.length - 1 ? "---" : "---:"));
  return [columns.map(([heading]) => heading), rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What went wrong, and the command that repeats it. */
export function failureReport(results: readonly ScenarioResult[]): string {
  return results
    .filter((result) => !isPassed(result))
    .map((result) => [...result.failures, `replay: ${replayCommand(result)}`].join("\n"))
    .join("\n\n");
}

function figure(value: number | null): string {
  return value === null ? "–" : thousands(value);
}

// Not by the locale of whoever runs this: the page is compared with what it was.
function thousands(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+(?!\d))/g, ",");
}
