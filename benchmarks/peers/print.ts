import { thousands } from "../markdown.ts";
import type { PeersResults } from "./results.ts";
import { indexTable, searchTable, versionsOf } from "./tables.ts";

/** The results as text. */
export function printResults(results: PeersResults): string {
  const { machine, corpus, rounds, skipped, seconds } = results;
  const versions = versionsOf(results);
  return [
    `${machine.cpu}, ${machine.cores} cores, load average before: ${machine.load_average_before.join(" ")}; ${seconds} s`,
    `${corpus.name}: ${thousands(corpus.documents)} documents${corpus.limited ? " (limited)" : ""}, ${thousands(corpus.queries)} queries, ${rounds} rounds`,
    ...(versions === "" ? [] : [versions]),
    "",
    indexTable(results),
    "",
    searchTable(results),
    ...skipped.map(({ name, reason }) => `left out: ${name}: ${reason}`),
    "",
  ].join("\n");
}
