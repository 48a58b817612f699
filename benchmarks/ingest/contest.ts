import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { ContestantProcess } from "../embed/contestant-process.ts";
import type { Launch } from "../embed/contestant-process.ts";
import type { Contestant } from "../embed/contestants/contestants.ts";
import { ratio, speeds } from "../embed/figures.ts";
import type { Ratio, Series } from "../embed/figures.ts";
import { CORES } from "../embed/pinning.ts";
import { rotated } from "../rotated.ts";
import { RIVAL } from "./contestants/contestants.ts";
import type { IngestProtocol } from "./protocol.ts";

/** A contestant that has not indexed its documents after so long never will. */
const MAX_INDEX_MS = 1_800_000;

export interface ContestOptions {
  readonly contestants: readonly Contestant[];
  readonly model: string;
  /** The file that a task names, and how many are in it. */
  readonly documents: { readonly file: string; readonly count: number };
  readonly rounds: number;
  readonly launch: Launch;
  readonly folder: string;
  readonly onProgress: (what: string) => void;
}

export interface IngestFigures {
  readonly name: string;
  readonly title: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly documents_per_second: Series;
  readonly peak_rss_mb: readonly (number | null)[];
  /** How many times as many documents a second as the rival, round by round. */
  readonly times: Ratio | null;
}

/** Each round every contestant indexes everything once, in a process of its own; each round begins with another one. */
export async function runContest(options: ContestOptions): Promise<readonly IngestFigures[]> {
  const runs = new Map(options.contestants.map(({ name }) => [name, [] as Run[]]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of rotated(options.contestants, round)) {
      options.onProgress(`round ${round + 1} of ${options.rounds}: ${contestant.name}`);
      runs.get(contestant.name)?.push(await indexOnce(contestant, options));
    }
  }
  return options.contestants.map((contestant) => figuresOf(contestant, runs, options.documents.count));
}

interface Run {
  readonly ms: number;
  readonly peak_rss_mb: number | null;
  readonly versions: Readonly<Record<string, string>>;
}

async function indexOnce(contestant: Contestant, { model, documents, launch, folder }: ContestOptions): Promise<Run> {
  const index = await mkdtemp(join(folder, `${contestant.name}-`));
  try {
    await using process = new ContestantProcess<IngestProtocol>(contestant, launch);
    const task = { model, documents: documents.file, folder: index, threads: CORES };
    const { versions } = await process.ask({ do: "load", ...task });
    const { ms, documents: indexed } = await process.ask({ do: "index" }, { maxMs: MAX_INDEX_MS });
    if (indexed !== documents.count) throw new Error(`${contestant.name} has indexed ${indexed} of ${documents.count}`);
    const { ids } = await process.ask({ do: "search", query: "treatment" });
    if (ids.length === 0) throw new Error(`${contestant.name} finds nothing in its index`);
    return { ms, versions, peak_rss_mb: process.peakRssMb() };
  } finally {
    await rm(index, { recursive: true, force: true });
  }
}

function figuresOf(
  { name, title }: Contestant,
  all: ReadonlyMap<string, readonly Run[]>,
  count: number,
): IngestFigures {
  const runs = all.get(name) ?? [];
  const times = (some: readonly Run[]) => some.map(({ ms }) => ms);
  const rival = name === RIVAL ? undefined : all.get(RIVAL);
  return {
    name,
    title,
    versions: runs[0]?.versions ?? {},
    documents_per_second: speeds(count, times(runs)),
    peak_rss_mb: runs.map(({ peak_rss_mb }) => peak_rss_mb),
    times: rival ? ratio(times(runs), times(rival)) : null,
  };
}
