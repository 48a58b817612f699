import { ModelError } from "./errors.ts";
import { abortable } from "./tokens/abortable.ts";
import { Turn } from "./tokens/turn.ts";

/** Texts that come one after another. */
export type TextStream = Iterable<string> | AsyncIterable<string>;

export interface WindowLimits {
  readonly texts: number;
  /** A text that is longer is a window of its own. */
  readonly characters: number;
}

// A producer that waits for the vector of one text before it gives the next must not wait for ever; one that is only
// slow gets windows that are not full, which costs what sorting by length would have gained.
const PATIENCE_MS = 25;

/**
 * Reads texts in windows. Nothing is read before it is asked for, and the iterator is closed when the caller stops.
 * @throws {ModelError} `input_invalid` for what is no text; what the iterator throws, and the signal's reason.
 */
export async function* readWindows(
  texts: TextStream,
  limits: WindowLimits,
  signal: AbortSignal,
): AsyncGenerator<string[], void, void> {
  const reader = new TextReader(texts, signal);
  try {
    let window: string[] = [];
    let characters = 0;
    for (;;) {
      const text = await reader.next({ hasTime: window.length === 0 });
      const isFull = window.length === limits.texts || characters + (text?.length ?? 0) > limits.characters;
      if (window.length > 0 && (text === undefined || isFull)) {
        yield window;
        window = [];
        characters = 0;
      }
      if (text !== undefined) {
        window.push(text);
        characters += text.length;
      } else if (reader.isDone) return;
    }
  } finally {
    await reader.close();
  }
}

type Step = IteratorResult<unknown, unknown>;

/** Reads one text at a time, and gives other events their turn. */
class TextReader {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #signal: AbortSignal;
  readonly #turn: Turn;
  #pending: Promise<Step> | undefined;
  #count = 0;
  #isDone = false;

  constructor(texts: TextStream, signal: AbortSignal) {
    this.#turn = new Turn(signal);
    this.#iterator = iteratorOf(texts);
    this.#signal = signal;
  }

  /** Whether the iterator has ended by itself, or has been told to. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The next text; `undefined` at the end, and when there is none soon and the caller has no time. */
  async next({ hasTime }: { hasTime: boolean }): Promise<string | undefined> {
    if (this.#turn.isOver()) await this.#turn.next();
    const step = await this.#step(hasTime);
    if (step === undefined) return undefined;
    if (step.done === true) this.#isDone = true;
    return step.done === true ? undefined : this.#checked(step.value);
  }

  /** Tells the iterator that no more is wanted. One that has not answered yet is told, but not waited for. */
  async close(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    const closing = Promise.resolve(this.#iterator.return?.());
    if (this.#pending === undefined) await closing;
    else closing.catch(() => undefined); // whoever stops while a text is awaited has an outcome already
  }

  #checked(text: unknown): string {
    const index = this.#count++;
    if (typeof text === "string") return text;
    throw new ModelError("input_invalid", `Text ${index} is of type ${typeof text}, not a string.`, {
      details: { index },
    });
  }

  // An iterator that throws has ended, and is not told to return: as in a `for` loop.
  async #step(hasTime: boolean): Promise<Step | undefined> {
    try {
      const step = this.#pending ?? this.#iterator.next();
      if (!("then" in step)) return step;
      this.#pending = step;
      const answer = await abortable(hasTime ? step : soon(step), this.#signal);
      if (answer !== undefined) this.#pending = undefined;
      return answer;
    } catch (error) {
      this.#isDone = !this.#signal.aborted;
      throw error;
    }
  }
}

async function soon(step: Promise<Step>): Promise<Step | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  try {
    return await Promise.race([step, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function iteratorOf(texts: TextStream): Iterator<unknown> | AsyncIterator<unknown> {
  if (typeof texts === "object" && texts !== null) {
    if (Symbol.asyncIterator in texts) return texts[Symbol.asyncIterator]();
    if (Symbol.iterator in texts) return texts[Symbol.iterator]();
  }
  throw new ModelError("input_invalid", `A stream of texts is an iterable of strings, not of type ${typeof texts}.`, {
    hint: "Give an array, a generator, or any other iterable; for one text there is encode().",
  });
}
