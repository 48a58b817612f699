/** How patient and how busy the network code is. One object, so that a test can be less so. */
export interface Pace {
  /** Requests at a time: enough to hide the latency of many small files, few enough for the hub to take them as one visitor. */
  readonly parallel: number;
  /** Attempts at one request, and at one file without visible progress. */
  readonly attempts: number;
  /** The pause after the first failure; each further one is twice as long, with jitter. */
  readonly firstPause: number;
  /** The longest pause, and the longest `Retry-After` that is waited for. */
  readonly longestPause: number;
  /** A connection on which nothing arrives for so long counts as cut. */
  readonly idleTimeout: number;
  /** How often the owner of a lock shows that it lives, and a waiting process looks. */
  readonly heartbeat: number;
  /** A lock without a sign of life for so long has no owner any more. */
  readonly staleLock: number;
}

/** Times are milliseconds. */
export const defaultPace: Pace = {
  parallel: 4,
  attempts: 5,
  firstPause: 500,
  longestPause: 60_000,
  idleTimeout: 30_000,
  heartbeat: 2_000,
  staleLock: 60_000,
};
