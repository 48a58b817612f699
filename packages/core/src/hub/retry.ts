import { setTimeout as pause } from "node:timers/promises";

import { ModelError } from "../errors.ts";
import type { Pace } from "./pace.ts";

/** A failure that may be gone the next time: a cut connection, an overloaded server. */
export class TransientFailure extends Error {
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(problem: string, { retryAfter, cause }: { retryAfter?: number | undefined; cause?: unknown } = {}) {
    super(problem, { cause });
    this.name = "TransientFailure";
    this.retryAfter = retryAfter;
  }
}

export interface RetryOptions {
  /** What is fetched, for the message. */
  readonly what: string;
  readonly pace: Pace;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` again after a transient failure, with pauses that double and jitter.
 * `startOver` tells that it got somewhere, so that a long download over a bad line may fail more often than a short one.
 * @throws {ModelError} `model_download_failed` after the last one; what else `work` throws is thrown at once.
 */
export async function withRetries<Result>(
  work: (startOver: () => void) => Promise<Result>,
  { what, pace, signal }: RetryOptions,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      return await work(() => (failures = 1));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientFailure)) throw error;
      if (failures >= pace.attempts || (error.retryAfter ?? 0) > pace.longestPause)
        throw givenUp(error, { what, failures });
      await pause(error.retryAfter ?? pauseAfter(failures, pace), undefined, { signal }).catch(abortReason(signal));
    }
  }
}

function givenUp(
  error: TransientFailure,
  { what, failures }: { readonly what: string; readonly failures: number },
): ModelError {
  const times = failures === 1 ? "" : `, ${failures} times in a row`;
  const later = error.retryAfter === undefined ? "later" : `in ${Math.ceil(error.retryAfter / 1000)} seconds`;
  return new ModelError("model_download_failed", `Could not fetch ${what}: ${error.message}${times}.`, {
    hint: `Check the network and try again ${later}; a download goes on where it stopped.`,
    cause: error,
  });
}

/** Half of the doubled pause for sure, the rest by chance: clients that failed together do not come back together. */
function pauseAfter(failures: number, { firstPause, longestPause }: Pace): number {
  const full = Math.min(firstPause * 2 ** (failures - 1), longestPause);
  return full * (0.5 + Math.random() / 2);
}

// node:timers/promises wraps the reason of an abort.
function abortReason(signal: AbortSignal | undefined): (error: unknown) => never {
  return (error) => {
    signal?.throwIfAborted();
    throw error;
  };
}

/** The milliseconds that a `Retry-After` header asks for: seconds or a date. */
export function parseRetryAfter(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/u.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds * 1000);
}
