// `npm run dev -- node --conditions=@galen/source testing/torture/report.ts`: writes the figures of docs/reliability.md and its
// picture from benchmarks/results/torture.json. A test compares them.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { usagePlot } from "./plot.ts";
import { readResults } from "./results.ts";
import type { ScenarioResult } from "./run-scenario.ts";
import { resultTable } from "./table.ts";

const PAGE = new URL("../../docs/reliability.md", import.meta.url);
const PLOT = new URL("../../docs/images/soak.svg", import.meta.url);
const RESULTS = fileURLToPath(new URL("../../benchmarks/results/torture.json", import.meta.url));
const START = "<!-- figures: written by testing/torture/report.ts -->";
const END = "<!-- end of the figures -->";

export interface GeneratedFile {
  readonly url: URL;
  readonly content: string;
}

/** What this script writes. */
export function generatedFiles(): readonly GeneratedFile[] {
  const results = readResults(RESULTS);
  if (results === undefined) throw new Error("there are no results: npm run torture");
  const { machine, scenarios } = results;
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GiB; ${machine.os}; Node ${machine.node}`;
  const block = [START, resultTable(scenarios), ...scenarios.map(details), `Machine: ${where}.`, END].join("\n\n");
  const page = readFileSync(PAGE, "utf8");
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start === -1 || end < start) throw new Error("docs/reliability.md has no place for the figures");
  const content = page.slice(0, start) + block + page.slice(end + END.length);
  const soak = scenarios.find(({ scenario }) => scenario === "soak");
  return [{ url: PAGE, content }, ...(soak ? [{ url: PLOT, content: usagePlot(soak) }] : [])];
}

function details({ title, scale, seconds, date, details }: ScenarioResult): string {
  const figures = Object.entries(details).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  return `${[`**${title}**: \`--scale ${scale}\`, ${seconds} s on ${date.slice(0, 10)}`, ...figures].join(", ")}.`;
}

if (import.meta.main) for (const { url, content } of generatedFiles()) writeFileSync(url, content);
