import { mkdtemp, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { meanMetrics, retrievalMetrics } from "@galen/rag";
import type { BeirQuery } from "@galen/rag";
import { ContestantProcess } from "../embed/contestant-process.ts";
import type { Launch } from "../embed/contestant-process.ts";
import type { Contestant } from "../embed/contestants/contestants.ts";
import { CORES } from "../embed/pinning.ts";
import { quantile, round } from "../statistics.ts";
import { modes } from "./protocol.ts";
import type { Mode, PeerProtocol } from "./protocol.ts";
import type { ModeFigures, PeerFigures } from "./results.ts";

/** A contestant that has not indexed its documents after so long never will. */
const MAX_INDEX_MS = 1_800_000;
/** Queries that one answers before it is another's turn, so that what else the machine does hits all alike. */
const TURN = 50;
const WARM_UP = 10;
/** Hits that latency is measured with, and that metrics look at. */
const PAGE = 10;
const DEPTH = 100;

export interface ContestOptions {
  readonly contestants: readonly Contestant[];
  readonly model: string;
  /** The file that a task names, and how many are in it. */
  readonly documents: { readonly file: string; readonly count: number };
  readonly queries: readonly BeirQuery[];
  /** How often every query is timed. */
  readonly rounds: number;
  readonly launch: Launch;
  readonly folder: string;
  readonly onProgress: (what: string) => void;
}

export interface ContestResult {
  readonly contestants: readonly PeerFigures[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

interface Participant {
  readonly contestant: Contestant;
  readonly process: ContestantProcess<PeerProtocol>;
  readonly indexed: Pick<
    PeerFigures,
    "versions" | "index_seconds" | "documents_per_second" | "disk_mb" | "peak_rss_mb"
  >;
}

/** Everybody indexes, one after another; then all are asked the same queries in turns. */
export async function runContest(options: ContestOptions): Promise<ContestResult> {
  await using processes = new AsyncDisposableStack();
  const participants: Participant[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const contestant of options.contestants) {
    options.onProgress(`${contestant.name} indexes`);
    const process = processes.use(new ContestantProcess<PeerProtocol>(contestant, options.launch));
    try {
      participants.push({ contestant, process, indexed: await indexAll(process, options) });
    } catch (error) {
      skipped.push({ name: contestant.name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const figures = new Map(participants.map(({ contestant }) => [contestant.name, {} as Record<Mode, ModeFigures>]));
  for (const mode of modes) {
    options.onProgress(`${mode} search`);
    const times = await timesInTurns(participants, mode, options);
    for (const { contestant, process } of participants) {
      const ms = times.get(contestant.name) ?? [];
      const of = figures.get(contestant.name);
      if (of) of[mode] = { ...(await quality(process, mode, options.queries)), ...latency(ms) };
    }
  }
  const contestants = participants.map(({ contestant: { name, title }, indexed }) => ({
    name,
    title,
    ...indexed,
    modes: figures.get(name) ?? ({} as Record<Mode, ModeFigures>),
  }));
  return { contestants, skipped };
}

async function indexAll(
  process: ContestantProcess<PeerProtocol>,
  { model, documents, folder }: ContestOptions,
): Promise<Participant["indexed"]> {
  const { name } = process.contestant;
  const index = await mkdtemp(join(folder, `${name}-`));
  const task = { model, documents: documents.file, folder: index, threads: CORES };
  const { versions } = await process.ask({ do: "load", ...task });
  const { ms, documents: indexed } = await process.ask({ do: "index" }, { maxMs: MAX_INDEX_MS });
  if (indexed !== documents.count) throw new Error(`${name} has indexed ${indexed} of ${documents.count}`);
  return {
    versions,
    index_seconds: round(ms / 1_000),
    documents_per_second: round((documents.count / ms) * 1_000),
    disk_mb: round((await bytesOf(index)) / 2 ** 20),
    peak_rss_mb: process.peakRssMb(),
  };
}

async function timesInTurns(
  participants: readonly Participant[],
  mode: Mode,
  { queries, rounds }: Pick<ContestOptions, "queries" | "rounds">,
): Promise<ReadonlyMap<string, number[]>> {
  const texts = queries.map(({ text }) => text);
  const times = new Map(participants.map(({ contestant }) => [contestant.name, [] as number[]]));
  for (const { process } of participants) {
    await process.ask({ do: "search", mode, queries: texts.slice(0, WARM_UP), limit: PAGE });
  }
  let first = 0;
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < texts.length; at += TURN) {
      const turn = [...participants.slice(first), ...participants.slice(0, first)];
      first = (first + 1) % Math.max(1, participants.length);
      for (const { contestant, process } of turn) {
        const { ms } = await process.ask({ do: "search", mode, queries: texts.slice(at, at + TURN), limit: PAGE });
        times.get(contestant.name)?.push(...ms);
      }
    }
  }
  return times;
}

async function quality(process: ContestantProcess<PeerProtocol>, mode: Mode, queries: readonly BeirQuery[]) {
  const texts = queries.map(({ text }) => text);
  // A query may be a document itself, which is then left out: one more is asked for.
  const { ids } = await process.ask({ do: "search", mode, queries: texts, limit: DEPTH + 1 });
  const all = queries.map(({ id, judgments }, at) => {
    const ranking = (ids[at] ?? []).filter((found) => found !== id);
    return retrievalMetrics(ranking.slice(0, DEPTH), judgments);
  });
  const mean = meanMetrics(all);
  return {
    "ndcg@10": round(mean["ndcg@10"], 4),
    "recall@10": round(mean["recall@10"], 4),
    "recall@100": round(mean["recall@100"], 4),
    "mrr@10": round(mean["mrr@10"], 4),
  };
}

function latency(ms: readonly number[]): Pick<ModeFigures, "p50_ms" | "p95_ms"> {
  return { p50_ms: round(quantile(ms, 0.5), 2), p95_ms: round(quantile(ms, 0.95), 2) };
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
