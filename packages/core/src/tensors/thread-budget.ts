import { availableParallelism } from "node:os";

export interface ThreadOptions {
  /** Inference threads that compute different batches. @default the cores, at most 4 */
  readonly workers?: number | undefined;
  /** Cores that each of them uses for one batch. @default the cores divided by the workers */
  readonly threads?: number | undefined;
}

// Each worker holds its own copy of the float32 weights, so more of them cost memory; beyond four, cores go to threads.
const MAX_WORKERS = 4;

/**
 * Shares the cores out.
 *
 * Several workers with one thread each compute more texts a second than one worker with several threads, because
 * onnxruntime's threads wait for one another at every node.
 */
export function threadBudget({ workers, threads }: ThreadOptions, cores = availableParallelism()): Required<Shares> {
  const shared = workers ?? Math.max(1, Math.min(MAX_WORKERS, Math.floor(cores / (threads ?? 1))));
  return { workers: shared, threads: threads ?? Math.max(1, Math.floor(cores / shared)) };
}

interface Shares {
  readonly workers: number;
  readonly threads: number;
}
