// A process under mixed load for a while: `node soak.ts {"folder":…,"seed":…,"seconds":…}`; prints its findings as JSON.
import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@galen/db";
import { judge } from "../check/judge.ts";
import { MAIN, openDatabase } from "../load/database.ts";
import type { State } from "../load/operations/operation.ts";
import { operationAt } from "../load/operations/operations.ts";
import { Random } from "../load/random.ts";
import type { SoakFindings, SoakTask, Usage } from "../scenarios/soak.ts";

const { folder, seed, seconds, samples } = JSON.parse(process.argv[2] ?? "") as SoakTask;

const SEARCHERS = 2;
/** Between two searches of one searcher, and between two writes. */
const PAUSE_MS = 5;
const QUERIES = ["insulin and glucose", "kidney stone scan", "asthma airway", "heart rhythm tablet", "document fever"];

const findings: SoakFindings = { operations: 0, searches_ms: [], usage: [], faults: [] };
const faults = {
  fault: (fault: SoakFindings["faults"][number]["fault"], what: string, count = 1) =>
    void (count && findings.faults.push({ fault, what, count })),
};

await using database = await openDatabase(folder);
const state: State = new Map();
await write(database, 0);
const end = performance.now() + seconds * 1_000;
const isOver = () => performance.now() >= end;
await Promise.all([
  writeOn(),
  sampleOn(),
  ...Array.from({ length: SEARCHERS }, (_, at) => searchOn(new Random(seed + at))),
]);
await judge(database, { before: state, after: state }, faults);
process.stdout.write(`${JSON.stringify(findings)}\n`);

async function writeOn(): Promise<void> {
  for (let index = 1; !isOver(); index++) {
    await write(database, index);
    await pause(PAUSE_MS);
  }
}

async function write(database: Database, index: number): Promise<void> {
  const operation = operationAt(index, seed);
  await operation.run(database);
  operation.apply(state);
  findings.operations++;
}

async function searchOn(random: Random): Promise<void> {
  const collection = await database.collection(MAIN);
  while (!isOver()) {
    const start = performance.now();
    await collection.search({ query: random.pick(QUERIES) });
    findings.searches_ms.push(performance.now() - start);
    await pause(PAUSE_MS);
  }
}

async function sampleOn(): Promise<void> {
  while (!isOver()) {
    await pause((seconds * 1_000) / samples);
    findings.usage.push(usage());
  }
}

function usage(): Usage {
  const fds = process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
  return { rss_mb: process.memoryUsage.rss() / 2 ** 20, fds };
}
