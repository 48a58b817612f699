import { setImmediate } from "node:timers/promises";

// Long work gives other events their turn after this time. With one more step and a garbage collection it stays below
// ten milliseconds, mostly.
const TURN_MS = 2;

/** One turn on the event loop, which must not become long. */
export class Turn {
  readonly #signal: AbortSignal | undefined;
  #start = performance.now();

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
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#start = performance.now();
  }
}
