import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach } from "vitest";

/** The threads that a test's code has started. */
export interface WatchedWorkers {
  readonly alive: ReadonlySet<Worker>;
  readonly started: number;
}

/** Counts the threads of each test of a file; one that outlives its test fails it. */
export function watchWorkers(): WatchedWorkers {
  const alive = new Set<Worker>();
  let started = 0;
  const note = (worker: Worker): void => {
    started++;
    alive.add(worker);
    worker.once("exit", () => alive.delete(worker));
  };
  beforeEach(() => {
    started = 0;
    process.on("worker", note);
  });
  afterEach(() => {
    process.off("worker", note);
    if (alive.size > 0) throw new Error(`${alive.size} threads outlive the test`);
  });
  return {
    alive,
    get started() {
      return started;
    },
  };
}
