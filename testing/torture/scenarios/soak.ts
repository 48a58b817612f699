import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";
import type { Faults } from "../tally.ts";

export interface SoakTask {
  readonly folder: string;
  readonly seed: number;
  readonly seconds: number;
  /** Times that memory and open files are looked at. */
  readonly samples: number;
}

export interface Usage {
  readonly rss_mb: number;
  readonly fds: number;
}

export interface SoakFindings {
  operations: number;
  readonly searches_ms: number[];
  readonly usage: Usage[];
  readonly faults: { readonly fault: Parameters<Faults["fault"]>[0]; readonly what: string; readonly count: number }[];
}

const SECONDS: Readonly<Record<Scale, number>> = { twin: 4, short: 120, long: 1_800 };
/** Memory may grow so much from the first to the last fifth after the warm-up; in seconds a heap is still finding its size. */
const MAX_RSS_DRIFT_MB: Readonly<Record<Scale, number>> = { twin: 150, short: 60, long: 40 };
/** Files come and go with collections and their indexes; in seconds the first ones are still being opened. */
const MAX_FD_DRIFT: Readonly<Record<Scale, number>> = { twin: 32, short: 16, long: 16 };
/** The slowest search: the embedder and the table have other things to do, but nobody waits for a writer. */
const MAX_SEARCH_MS = 5_000;
const SAMPLES = 90;
const PROGRAM = fileURLToPath(new URL("../child/soak.ts", import.meta.url));

/** Every kind of operation and searches beside each other: memory and open files must not grow, searches not wait. */
export const soak: Scenario = {
  title: "mixed load",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const seconds = SECONDS[scale];
    onProgress(`${seconds} seconds`);
    const task: SoakTask = { folder: join(folder, "data"), seed, seconds, samples: SAMPLES };
    const program = ["--conditions=@galen/source", "--max-semi-space-size=8", PROGRAM, JSON.stringify(task)];
    const { stdout } = await promisify(execFile)(process.execPath, program, { maxBuffer: 2 ** 28 });
    return judgeFindings(JSON.parse(stdout) as SoakFindings, scale);
  },
};

function judgeFindings({ operations, searches_ms, usage, faults }: SoakFindings, scale: Scale): Outcome {
  const tally = new Tally();
  tally.rounds = 1;
  tally.operations = operations + searches_ms.length;
  for (const { fault, what, count } of faults) tally.fault(fault, what, count);
  const settled = usage.slice(Math.floor(usage.length / 3));
  const rss_drift_mb = drift(settled.map(({ rss_mb }) => rss_mb));
  const fd_drift = drift(settled.map(({ fds }) => fds));
  if (rss_drift_mb > MAX_RSS_DRIFT_MB[scale]) tally.fault("differences", `memory grew by ${rss_drift_mb} MB`);
  if (fd_drift > MAX_FD_DRIFT[scale]) tally.fault("differences", `${fd_drift} more files are open`);
  const sorted = searches_ms.toSorted((left, right) => left - right);
  const slowest = Math.round(sorted.at(-1) ?? Number.POSITIVE_INFINITY);
  if (slowest > MAX_SEARCH_MS) tally.fault("differences", `a search took ${slowest} ms`);
  return tally.outcome({
    rss_drift_mb,
    fd_drift,
    series: {
      rss_mb: usage.map(({ rss_mb }) => Math.round(rss_mb)),
      open_files: usage.map(({ fds }) => fds),
    },
    details: {
      seconds: SECONDS[scale],
      writes: operations,
      searches: searches_ms.length,
      search_p50_ms: quantile(sorted, 0.5),
      search_p95_ms: quantile(sorted, 0.95),
      search_worst_ms: slowest,
      rss_mb: Math.round(Math.max(...settled.map(({ rss_mb }) => rss_mb))),
    },
  });
}

/** From the least of the first fifth to the least of the last: what comes and goes between collections is no growth. */
function drift(values: readonly number[]): number {
  const fifth = Math.max(1, Math.floor(values.length / 5));
  return Math.round(Math.min(...values.slice(-fifth)) - Math.min(...values.slice(0, fifth)));
}

function quantile(sorted: readonly number[], p: number): number {
  return Math.round((sorted[Math.floor(p * (sorted.length - 1))] ?? Number.NaN) * 10) / 10;
}
