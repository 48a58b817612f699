import { setMaxListeners } from "node:events";

/** A signal for the work of one call, and the way to end that work. */
export interface Stoppable extends Disposable {
  readonly signal: AbortSignal;
  /** Drops what still waits; whoever waits for it hears `reason`. */
  stop(reason: unknown): void;
}

/**
 * A signal for the batches of one call: it aborts with the caller's signal, and when the call ends for whatever
 * reason, so that a failure drops the batches that still wait.
 */
export function stoppable(signal: AbortSignal | undefined): Stoppable {
  const controller = new AbortController();
  const joined = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
  setMaxListeners(0, joined); // one listener for each batch under way
  const stop = (reason?: unknown): void => controller.abort(reason);
  return { signal: joined, stop, [Symbol.dispose]: stop };
}
