import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { rotated } from "../rotated.ts";
import { round } from "../statistics.ts";
import { ContestantProcess } from "./contestant-process.ts";
import type { Launch } from "./contestant-process.ts";
import { takenByOthers } from "./cpu-times.ts";
import type { CpuTimes } from "./cpu-times.ts";
import { REFERENCE, RIVALS } from "./contestants/contestants.ts";
import type { Contestant } from "./contestants/contestants.ts";
import { cosines, percentiles, ratio, speeds } from "./figures.ts";
import type { Figures } from "./figures.ts";
import type { Task } from "./protocol.ts";
import { readVectors } from "./vectors.ts";
import type { Workload } from "./workload.ts";

/** The threads of a pool go on spinning for a while after their work: the next contestant does not pay for that. */
const PAUSE_MS = 250;
/** 100 queries each, in turns of ten: back to back within a turn, as in a process that has something to do. */
const QUERY_TURNS = 10;
const QUERIES_PER_TURN = 10;

export interface ContestOptions {
  readonly contestants: readonly Contestant[];
  readonly task: Task;
  readonly workload: Workload;
  readonly rounds: number;
  readonly launch: Launch;
  /** For the vectors, which are compared. */
  readonly folder: string;
  readonly onProgress: (what: string) => void;
}

export interface ContestResult {
  readonly contestants: readonly Figures[];
  /** Whose vectors the cosines are taken to. */
  readonly cosine_to: string | null;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** All contestants alive, one computing at a time, each round beginning with another one. */
export async function runContest(options: ContestOptions): Promise<ContestResult> {
  await using stack = new AsyncDisposableStack();
  const { entrants, skipped } = await openAll(options, stack);
  for (const { process, vectors } of entrants) {
    options.onProgress(`${process.contestant.name} warms up`);
    await process.ask({ do: "encode" }); // the warm-up, and the vectors that are compared
    await process.ask({ do: "write", file: vectors });
  }
  await runRounds(entrants, options);
  await runQueries(entrants, options);
  return { ...(await compare(entrants, options)), skipped };
}

interface Entrant {
  readonly process: ContestantProcess;
  readonly versions: Readonly<Record<string, string>>;
  readonly vectors: string;
  readonly load_ms: number;
  readonly start_ms: number;
  readonly rounds_ms: number[];
  readonly spans: (readonly [CpuTimes, CpuTimes])[];
  readonly queries_ms: number[];
}

// One after another, so that nobody loads while another one computes.
async function openAll({ contestants, launch, task, folder, onProgress }: ContestOptions, stack: AsyncDisposableStack) {
  const entrants: Entrant[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const contestant of contestants) {
    const { name, runtime } = contestant;
    if (runtime === "python" && launch.python === undefined) {
      skipped.push({ name, reason: "no Python environment: see embed/peers/setup.sh" });
      continue;
    }
    onProgress(`${name} loads`);
    const process = stack.use(new ContestantProcess(contestant, launch));
    try {
      const { ms, versions } = await process.ask({ do: "load", ...task });
      const start_ms = performance.now() - process.startedAt;
      const vectors = join(folder, `${name}.f32`);
      entrants.push({ process, versions, vectors, load_ms: ms, start_ms, rounds_ms: [], spans: [], queries_ms: [] });
    } catch (error) {
      skipped.push({ name, reason: error instanceof Error ? error.message : String(error) });
      await process[Symbol.asyncDispose]();
    }
  }
  return { entrants, skipped };
}

async function runRounds(entrants: readonly Entrant[], { rounds, onProgress }: ContestOptions): Promise<void> {
  for (let index = 0; index < rounds; index += 1) {
    for (const { process, rounds_ms, spans } of rotated(entrants, index)) {
      onProgress(`round ${index + 1} of ${rounds}: ${process.contestant.name}`);
      await pause(PAUSE_MS);
      const before = process.cpuTimes();
      rounds_ms.push((await process.ask({ do: "encode" })).ms);
      const after = process.cpuTimes();
      if (before !== undefined && after !== undefined) spans.push([before, after]);
    }
  }
}

async function runQueries(entrants: readonly Entrant[], { onProgress }: ContestOptions): Promise<void> {
  for (let turn = 0; turn < QUERY_TURNS; turn += 1) {
    onProgress(`queries, turn ${turn + 1} of ${QUERY_TURNS}`);
    for (const { process, queries_ms } of rotated(entrants, turn)) {
      await pause(PAUSE_MS / 5);
      await process.ask({ do: "query", times: 1 }); // brings its code and weights back into the caches
      queries_ms.push(...(await process.ask({ do: "query", times: QUERIES_PER_TURN })).ms);
    }
  }
}

async function compare(entrants: readonly Entrant[], { workload }: ContestOptions) {
  const named = (name: string): Entrant | undefined => entrants.find(({ process }) => process.contestant.name === name);
  const reference = named(REFERENCE) ?? named("galen-fp32");
  const expected = reference && (await readVectors(reference.vectors));
  const figures: Figures[] = [];
  for (const { process, versions, vectors, load_ms, start_ms, rounds_ms, spans, queries_ms } of entrants) {
    const rivals = RIVALS.flatMap((name) => {
      const rival = named(name);
      return rival === undefined ? [] : [[name, ratio(rounds_ms, rival.rounds_ms)] as const];
    });
    const ours = await readVectors(vectors);
    figures.push({
      name: process.contestant.name,
      title: process.contestant.title,
      versions,
      tokens_per_second: speeds(workload.tokens, rounds_ms),
      texts_per_second: speeds(workload.texts, rounds_ms),
      taken_by_others_percent: takenByOthers(spans),
      query_ms: percentiles(queries_ms),
      peak_rss_mb: process.peakRssMb(),
      load_ms: round(load_ms, 0),
      start_ms: round(start_ms, 0),
      cosine: expected === undefined ? null : cosines(ours, expected, ours.length / workload.texts),
      times: Object.fromEntries(rivals),
    });
  }
  return { contestants: figures, cosine_to: reference?.process.contestant.name ?? null };
}
