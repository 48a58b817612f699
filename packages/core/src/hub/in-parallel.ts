import type { Pace } from "./pace.ts";

/**
 * Runs `work` on every item, a few at a time, with the results in order. The first failure aborts the others, and is
 * thrown when all have ended: nothing goes on behind the caller's back.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { pace: { parallel }, signal }: { readonly pace: Pick<Pace, "parallel">; readonly signal?: AbortSignal | undefined },
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const failure = new AbortController();
  const joined = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const results: Result[] = [];
  const queue = items.entries();
  const runner = async (): Promise<void> => {
    for (const [index, item] of queue) {
      joined.throwIfAborted();
      results[index] = await work(item, joined);
    }
  };
  const runners = Array.from({ length: Math.min(parallel, items.length) }, () =>
    runner().catch((error: unknown) => failure.abort(failure.signal.aborted ? failure.signal.reason : error)),
  );
  await Promise.all(runners);
  signal?.throwIfAborted();
  failure.signal.throwIfAborted();
  return results;
}
