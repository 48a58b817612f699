import { setMaxListeners } from "node:events";

/**
 * A signal for the batches of one call: it aborts with the caller's signal, and when the call ends for whatever
 * reason, so that a failure drops the batches that still wait.
 */
export function stoppable(signal: AbortSignal | undefined): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const joined = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
  setMaxListeners(0, joined); // one listener for each batch under way
  return { signal: joined, [Symbol.dispose]: () => controller.abort() };
}
