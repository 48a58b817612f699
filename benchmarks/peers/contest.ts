import { setTimeout as pause } from "node:timers/promises";
import { judgeRanking, meanMetrics, RANKING_LIMIT } from "@galen/rag";
import type { RetrievalMetrics } from "@galen/rag";
import type { Launch } from "../embed/contestant-process.ts";
import { rotated } from "../rotated.ts";
import { RIVAL } from "./contestants/contestants.ts";
import type { Peer } from "./contestants/contestants.ts";
import type { Corpus } from "./corpus.ts";
import { Entrant } from "./entrant.ts";
import type { Indexed, Span } from "./entrant.ts";
import { figuresOf } from "./figures.ts";
import type { Way } from "./protocol.ts";
import type { PeersResults } from "./results.ts";

/** The threads of a pool go on spinning for a while after their work: the next contestant does not pay for that. */
const PAUSE_MS = 50;
/** Short turns, so that what else the machine does hits all alike. */
const QUERIES_PER_TURN = 25;
/** Hits of the searches whose time counts. */
const TIMED_LIMIT = 10;

export interface ContestOptions {
  readonly contestants: readonly Peer[];
  readonly corpus: Corpus;
  readonly model: string;
  /** A JSON file with the documents. */
  readonly documents: string;
  readonly rounds: number;
  readonly launch: Launch;
  /** For the indexes. */
  readonly folder: string;
  readonly onProgress: (what: string) => void;
}

/** All contestants alive, one computing at a time: they index, are judged, and then search in turns while time counts. */
export async function runContest(options: ContestOptions): Promise<Pick<PeersResults, "contestants" | "skipped">> {
  await using stack = new AsyncDisposableStack();
  const { entrants, skipped } = await openAll(options, stack);
  const indexed = new Map<Entrant, Indexed>();
  for (const entrant of entrants) indexed.set(entrant, await indexAll(entrant, options));
  const lanes: Lane[] = [];
  for (const entrant of entrants) {
    for (const way of entrant.peer.ways) lanes.push(await judged(entrant, way, options));
  }
  await runRounds(lanes, options);
  const measured = entrants.flatMap((entrant) => {
    const own = lanes.filter((lane) => lane.entrant === entrant);
    const { name, title } = entrant.peer;
    const facts = { name, title, ...entrant.loaded, peak_rss_mb: entrant.peakRssMb() };
    const index = indexed.get(entrant);
    return index === undefined
      ? []
      : { ...facts, indexed: index, lanes: own, spans: own.flatMap(({ spans }) => spans) };
  });
  return { contestants: figuresOf(measured, RIVAL), skipped };
}

/** One contestant in one mode. */
interface Lane extends Way {
  readonly entrant: Entrant;
  readonly metrics: RetrievalMetrics;
  readonly rounds_ms: number[][];
  readonly spans: Span[];
}

// One after another, so that nobody loads while another one computes.
async function openAll(options: ContestOptions, stack: AsyncDisposableStack) {
  const { contestants, launch, folder, model, documents, onProgress } = options;
  const entrants: Entrant[] = [];
  const skipped: { name: string; reason: string }[] = [];
  for (const peer of contestants) {
    if (peer.runtime === "python" && launch.python === undefined) {
      skipped.push({ name: peer.name, reason: "no Python environment: see embed/peers/setup.sh" });
      continue;
    }
    onProgress(`${peer.name} loads`);
    try {
      entrants.push(stack.use(await Entrant.open(peer, { launch, folder, model, documents })));
    } catch (error) {
      skipped.push({ name: peer.name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { entrants, skipped };
}

async function indexAll(entrant: Entrant, { corpus, onProgress }: ContestOptions): Promise<Indexed> {
  const { name } = entrant.peer;
  onProgress(`${name} indexes`);
  const indexed = await entrant.index();
  const wanted = corpus.documents.length;
  if (indexed.documents !== wanted) throw new Error(`${name} has indexed ${indexed.documents} of ${wanted}`);
  onProgress(`${name} has indexed in ${Math.round(indexed.ms / 1000)} s`);
  return indexed;
}

async function judged(entrant: Entrant, { mode, index }: Way, { corpus, onProgress }: ContestOptions): Promise<Lane> {
  onProgress(`${entrant.peer.name} is judged: ${mode}, ${index} index`);
  const queries = corpus.queries.map(({ text }) => text);
  const { answer } = await entrant.search({ mode, index }, { queries, limit: RANKING_LIMIT });
  const metrics = meanMetrics(corpus.queries.map((query, at) => judgeRanking(query, answer.ids[at] ?? [])));
  return { entrant, mode, index, metrics, rounds_ms: [], spans: [] };
}

async function runRounds(lanes: readonly Lane[], { corpus, rounds, onProgress }: ContestOptions): Promise<void> {
  const queries = corpus.queries.map(({ text }) => text);
  for (let round = 0; round < rounds; round += 1) {
    for (const { rounds_ms } of lanes) rounds_ms.push([]);
    onProgress(`searches, round ${round + 1} of ${rounds}`);
    for (let at = 0; at < queries.length; at += QUERIES_PER_TURN) {
      const turn = round + at / QUERIES_PER_TURN;
      for (const lane of rotated(lanes, turn)) await runTurn(lane, queries.slice(at, at + QUERIES_PER_TURN));
    }
  }
}

async function runTurn({ entrant, mode, index, rounds_ms, spans }: Lane, queries: readonly string[]): Promise<void> {
  await pause(PAUSE_MS);
  // Brings its code and weights back into the caches.
  await entrant.search({ mode, index }, { queries: queries.slice(0, 1), limit: TIMED_LIMIT });
  const { answer, spans: taken } = await entrant.search({ mode, index }, { queries, limit: TIMED_LIMIT });
  rounds_ms.at(-1)?.push(...answer.ms);
  spans.push(...taken);
}
