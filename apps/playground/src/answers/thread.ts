import type { Answer, Citation, Source } from "@galen/rag/schemas";
import { announce } from "../state/announcement.ts";
import { api, patiently } from "../state/api.ts";
import { formatCountOf } from "../state/format.ts";
import { StreamError } from "../state/problem.ts";

/** One question and what became of it. Questions live in memory alone: they stand in no address and no storage. */
export interface Turn {
  readonly id: number;
  readonly question: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly sources: readonly Source[];
  readonly answer?: Answer;
  readonly error?: unknown;
}

const threads = new Map<string, readonly Turn[]>();
const running = new Map<number, AbortController>();
const listeners = new Set<() => void>();
const none: readonly Turn[] = [];
let lastId = 0;

export function turnsOf(collection: string): readonly Turn[] {
  return threads.get(collection) ?? none;
}

export function subscribeToTurns(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function ask(collection: string, question: string): void {
  const turn: Turn = { id: ++lastId, question, state: "running", text: "", citations: [], sources: [] };
  set(collection, [...turnsOf(collection), turn]);
  announce("Looking for passages");
  void run(collection, turn);
}

/** Takes the turn out and asks its question again. */
export function askAgain(collection: string, turn: Turn): void {
  set(
    collection,
    turnsOf(collection).filter(({ id }) => id !== turn.id),
  );
  ask(collection, turn.question);
}

export function stop(turn: Turn): void {
  running.get(turn.id)?.abort();
}

async function run(collection: string, turn: Turn): Promise<void> {
  const controller = new AbortController();
  running.set(turn.id, controller);
  const update = (change: Partial<Turn>) => replace(collection, turn.id, change);
  try {
    // A stream that breaks off is asked for again from its start once the server is back.
    const answer = await patiently(() => read(collection, turn.question, update, controller.signal), controller);
    update({ state: "done", answer, text: answer.answer, citations: answer.citations, sources: answer.sources });
    announce(
      answer.declined
        ? "The documents do not answer this"
        : `Answer ready, ${formatCountOf(answer.citations.length, "citation")}`,
    );
  } catch (error) {
    update(controller.signal.aborted ? { state: "stopped" } : { state: "failed", error });
    announce(controller.signal.aborted ? "Stopped" : "The question was not answered");
  } finally {
    running.delete(turn.id);
  }
}

async function read(
  collection: string,
  question: string,
  update: (change: Partial<Turn>) => void,
  signal: AbortSignal,
): Promise<Answer> {
  let text = "";
  let citations: Citation[] = [];
  update({ text, citations, sources: [] });
  for await (const event of api.streamAnswer(collection, { question }, { signal })) {
    if (event.type === "answer") return event.answer;
    if (event.type === "error") throw new StreamError(event.code, event.message);
    if (event.type === "text") update({ text: (text += event.delta) });
    if (event.type === "citation") update({ citations: (citations = [...citations, event.citation]) });
    if (event.type === "sources") update({ sources: event.sources });
  }
  throw new StreamError("stream_incomplete", "The answer ended before it was complete.");
}

function replace(collection: string, id: number, change: Partial<Turn>): void {
  set(
    collection,
    turnsOf(collection).map((turn) => (turn.id === id ? { ...turn, ...change } : turn)),
  );
}

function set(collection: string, turns: readonly Turn[]): void {
  threads.set(collection, turns);
  for (const listener of listeners) listener();
}
