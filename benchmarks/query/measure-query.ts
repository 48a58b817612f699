import { setTimeout as pause } from "node:timers/promises";
import { buildOnnxModel, SentenceTransformer } from "@galen/core";
import type { ModelPrecision } from "@galen/core";
import { Tensor } from "onnxruntime-node";
import { percentiles } from "../embed/figures.ts";
import { profileModel } from "../embed/profile/session-profile.ts";
import { sharesOf } from "../embed/profile/shares.ts";
import type { OperatorShare } from "../embed/profile/shares.ts";
import { quantile, round } from "../statistics.ts";
import { SessionThread } from "./session-thread-handle.ts";

/** Where the time of one query goes, from `encodeQuery` to its vector. */
export interface QueryTimes {
  readonly precision: ModelPrecision;
  readonly tokens: number;
  readonly whole_ms: { readonly p50: number; readonly p95: number };
  /** Medians, in microseconds; `rest` is what the others leave of the whole. */
  readonly parts_us: Readonly<Record<QueryPart, number>>;
  /** Of the session, by the place of the query in its turn, the one that does not count first. */
  readonly session_in_turn_us: readonly number[];
  readonly nodes: number;
  readonly operators: readonly Pick<OperatorShare, "operator" | "count" | "percent">[];
}

/** In the order of the tables. */
export const queryParts = ["session", "messages", "tokenizing", "rest"] as const;
export type QueryPart = (typeof queryParts)[number];

export interface QueryOptions {
  /** A model folder. */
  readonly model: string;
  readonly query: string;
  readonly rounds: number;
}

/** As in the contest of `embed`: turns of ten after one that does not count, with a pause before. */
const QUERIES_PER_TURN = 10;
const PAUSE_MS = 50;
/** Enough batches that every worker is started: a query then finds more than one of them idle. */
const BULK = { texts: 64, repeats: 8 };

/** Takes all parts in turns. */
export async function measureQuery(precision: ModelPrecision, options: QueryOptions): Promise<QueryTimes> {
  const { model, query, rounds } = options;
  await using transformer = await SentenceTransformer.load(model, { precision, workers: 2, threads: 1 });
  const { bytes, weightsFolder } = await buildOnnxModel(model, { precision, attentionMask: false });
  await using thread = new SessionThread({ model: bytes, weightsFolder });
  await transformer.encode(Array.from({ length: BULK.texts }, (_, index) => `${index} ${query.repeat(BULK.repeats)}`));
  const ids = (await transformer.tokenizer.encode([query]))[0]?.ids ?? new Int32Array();

  const [whole, tokenizing, session, messages]: [number[], number[], number[], number[]] = [[], [], [], []];
  const turns = [
    async () => whole.push(await milliseconds(() => transformer.encodeQuery(query))),
    async () => tokenizing.push(await milliseconds(() => transformer.tokenizer.encode([query]))),
    async () => {
      let inSession = 0;
      const roundTrip = await milliseconds(async () => (inSession = (await thread.run(ids)).ms));
      session.push(inSession);
      messages.push(roundTrip - inSession);
    },
  ];
  for (let index = 0; index < rounds; index += 1) for (const take of turns) await takeTurn(take);
  const session_in_turn_us = byPlace(session).map(middle);
  for (const times of [whole, tokenizing, session, messages]) dropWarmUps(times);

  const parts = { session: middle(session), messages: middle(messages), tokenizing: middle(tokenizing) };
  const rest = middle(whole) - parts.session - parts.messages - parts.tokenizing;
  const feeds = { input_ids: new Tensor("int32", ids, [1, ids.length]) };
  const nodes = await profileModel(bytes, { feeds, weightsFolder });
  return {
    precision,
    tokens: ids.length,
    whole_ms: percentiles(whole),
    parts_us: { ...parts, rest },
    session_in_turn_us,
    nodes: nodes.length,
    operators: sharesOf(nodes, ids.length).map(({ operator, count, percent }) => ({ operator, count, percent })),
  };
}

async function takeTurn(take: () => Promise<unknown>): Promise<void> {
  await pause(PAUSE_MS);
  for (let time = 0; time <= QUERIES_PER_TURN; time += 1) await take();
}

function byPlace(times: readonly number[]): number[][] {
  return [...Map.groupBy(times.entries(), ([index]) => index % (QUERIES_PER_TURN + 1)).values()].map((group) =>
    group.map(([, time]) => time),
  );
}

// The first of each turn brings its code and weights back into the caches.
function dropWarmUps(times: number[]): void {
  const kept = times.filter((_, index) => index % (QUERIES_PER_TURN + 1) > 0);
  times.splice(0, times.length, ...kept);
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The median, in microseconds. */
function middle(times: readonly number[]): number {
  return round(quantile(times, 0.5) * 1000, 0);
}
