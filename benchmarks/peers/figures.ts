import { takenByOthers } from "../embed/cpu-times.ts";
import { ratio } from "../embed/figures.ts";
import { quantile, round } from "../statistics.ts";
import type { Indexed, Span } from "./entrant.ts";
import type { Way } from "./protocol.ts";
import type { Figures, Search } from "./results.ts";

const MB = 2 ** 20;

/** What one contestant did in one mode. */
interface Lane extends Way {
  readonly metrics: Search["metrics"];
  /** What each query took, a list for each round. */
  readonly rounds_ms: readonly (readonly number[])[];
}

/** What one contestant did. */
export interface Measured extends Pick<Figures, "name" | "title" | "versions" | "max_tokens" | "peak_rss_mb"> {
  readonly indexed: Indexed;
  readonly lanes: readonly Lane[];
  readonly spans: readonly Span[];
}

/** The figures of everybody, with ratios to the rival where it took part. */
export function figuresOf(all: readonly Measured[], rivalName: string): Figures[] {
  const rival = all.find(({ name }) => name === rivalName);
  return all.map(({ indexed, lanes, spans, ...same }) => ({
    ...same,
    index: indexFigures(indexed, same.name === rivalName ? undefined : rival?.indexed),
    searches: lanes.map((lane) => searchFigures(lane, rivalLane(lane, same.name, rival))),
    taken_by_others_percent: takenByOthers(spans),
  }));
}

function indexFigures(indexed: Indexed, rival: Indexed | undefined): Figures["index"] {
  const { ms, documents, vectors, vector_index, bytes, peak_rss_mb, spans } = indexed;
  return {
    seconds: round(ms / 1000),
    documents_per_second: round((documents / ms) * 1000),
    vectors,
    vector_index,
    disk_mb: round(bytes / MB),
    peak_rss_mb,
    taken_by_others_percent: takenByOthers(spans),
    times: rival === undefined ? null : round(rival.ms / ms, 2),
  };
}

// Its index as it is by default is what everybody is compared with, its own flat one too.
function rivalLane(lane: Lane, name: string, rival: Measured | undefined): Lane | undefined {
  const found = rival?.lanes.find(({ mode, index }) => mode === lane.mode && index === "default");
  return name === rival?.name && lane.index === "default" ? undefined : found;
}

function searchFigures({ mode, index, metrics, rounds_ms }: Lane, rival: Lane | undefined): Search {
  const p50 = quantiles(rounds_ms, 0.5);
  return {
    mode,
    index,
    metrics,
    p50_ms: series(p50),
    p95_ms: series(quantiles(rounds_ms, 0.95)),
    times: rival === undefined ? null : ratio(p50, quantiles(rival.rounds_ms, 0.5)),
  };
}

function quantiles(rounds: readonly (readonly number[])[], p: number): number[] {
  return rounds.map((round) => quantile(round, p));
}

function series(values: readonly number[]): Search["p50_ms"] {
  return { median: round(quantile(values, 0.5), 2), rounds: values.map((value) => round(value, 2)) };
}
