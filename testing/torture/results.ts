import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describeMachine } from "@galen/testing";
import type { Machine } from "@galen/testing";
import { scenarios } from "./registry.ts";
import type { ScenarioResult } from "./run-scenario.ts";

interface TortureResults {
  readonly benchmark: "torture";
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioResult[];
}

/** Adds the results to the file; those of other scenarios stay, when they are of the same machine. */
export function writeResults(file: string, results: readonly ScenarioResult[]): void {
  const machine = describeMachine();
  const old = readResults(file);
  const kept = JSON.stringify(old?.machine) === JSON.stringify(machine) ? (old?.scenarios ?? []) : [];
  const merged = Object.keys(scenarios).flatMap((name) => {
    const result = [...results, ...kept].find(({ scenario }) => scenario === name);
    return result ? [result] : [];
  });
  const written: TortureResults = { benchmark: "torture", machine, scenarios: merged };
  writeFileSync(file, `${JSON.stringify(written, undefined, 2)}\n`);
}

export function readResults(file: string): TortureResults | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as TortureResults) : undefined;
}
