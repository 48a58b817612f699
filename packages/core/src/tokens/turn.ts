// Long work gives other events their turn after this time. The rest of an iteration of the event loop is theirs, a
// garbage collection's and, in a program's first moments, the compiler's. Twice of it was not measurably faster.
const TURN_MS = 1;

/** One turn on the event loop, which must not become long. */
export class Turn {
  readonly #signal: AbortSignal | undefined;
  #start = firstStart();

  /** @throws the signal's reason. */
  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** Whether it is time to `await next()`. */
  isOver(): boolean {
    return performance.now() - this.#start > TURN_MS;
  }

  /** Lets other events run, and notices an abort. */
  async next(): Promise<void> {
    await iterationAlone();
    this.#signal?.throwIfAborted();
    this.#start = performance.now();
  }
}

// The turns of calls that work side by side would add up in one iteration of the event loop. Those that begin in the same
// one share its first turn; then each goes on in an iteration of its own, in the order in which they gave way.
let begun: number | undefined;
const waiting: (() => void)[] = [];

function firstStart(): number {
  if (begun === undefined) setImmediate(() => (begun = undefined));
  return (begun ??= performance.now());
}

function iterationAlone(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (waiting.push(resolve) === 1) setImmediate(goOn);
  return promise;
}

function goOn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(goOn);
}
