/** How much of a scenario is run: in `npm test`, in some minutes, or as long as the promise asks. */
export const SCALES = ["twin", "short", "long"] as const;
export type Scale = (typeof SCALES)[number];

export interface ScenarioRun {
  /** Decides everything that is not left to the clock. */
  readonly seed: number;
  readonly scale: Scale;
  /** An empty folder for whatever the scenario writes. */
  readonly folder: string;
  readonly onProgress: (what: string) => void;
}

/** What a scenario found. The counts from `lost` to `differences` and the failures must be empty. */
export interface Outcome {
  readonly rounds: number;
  readonly operations: number;
  /** Acknowledged writes that are not there. */
  readonly lost: number;
  /** Documents or passages that are there more than once. */
  readonly duplicated: number;
  /** Documents that are neither as before nor as after the write that was interrupted. */
  readonly torn: number;
  /** Answers that are not those of the model, and everything else that was wrong. */
  readonly differences: number;
  /** From opening the database until a search is answered. */
  readonly worst_restart_ms: number | null;
  readonly rss_drift_mb: number | null;
  readonly fd_drift: number | null;
  /** The first of what went wrong; never document text. */
  readonly failures: readonly string[];
  /** Figures that only this scenario has. */
  readonly details: Readonly<Record<string, number | string>>;
  /** Measured at equal distances over the run, where a picture says more. */
  readonly series?: Readonly<Record<string, readonly number[]>>;
}

/** One way to hurt a database. To add one: a file in `scenarios/` and a line in `registry.ts`. */
export interface Scenario {
  /** What is done to the database, in a few words. */
  readonly title: string;
  run(run: ScenarioRun): Promise<Outcome>;
}

export function isPassed({ lost, duplicated, torn, differences, failures }: Outcome): boolean {
  return lost + duplicated + torn + differences === 0 && failures.length === 0;
}
