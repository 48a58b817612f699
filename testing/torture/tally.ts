import type { Outcome } from "./scenario.ts";

type Fault = "lost" | "duplicated" | "torn" | "differences";

/** Where a judge reports what is wrong. `what` says where; it holds ids and numbers, no text. */
export interface Faults {
  fault(fault: Fault, what: string, count?: number): void;
}

/** Enough to see what is wrong; the rest is in the replay. */
const MAX_FAILURES = 10;

type Measured = Partial<Pick<Outcome, "details" | "rss_drift_mb" | "fd_drift" | "series">>;

/** Counts what a scenario does and finds. */
export class Tally implements Faults {
  rounds = 0;
  operations = 0;
  readonly #faults: Record<Fault, number> = { lost: 0, duplicated: 0, torn: 0, differences: 0 };
  readonly #failures: string[] = [];
  readonly #restarts: number[] = [];

  fault(fault: Fault, what: string, count = 1): void {
    if (count === 0) return;
    this.#faults[fault] += count;
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(`${fault}: ${what}`);
  }

  /** The same tally for a judge that does not know where it is. */
  at(where: string): Faults {
    return { fault: (fault, what, count) => this.fault(fault, `${where}: ${what}`, count) };
  }

  restarted(ms: number): void {
    this.#restarts.push(ms);
  }

  get failed(): boolean {
    return this.#failures.length > 0;
  }

  outcome({ details = {}, series, ...drift }: Measured = {}): Outcome {
    return {
      rounds: this.rounds,
      operations: this.operations,
      ...this.#faults,
      worst_restart_ms: this.#restarts.length > 0 ? Math.round(Math.max(...this.#restarts)) : null,
      rss_drift_mb: drift.rss_drift_mb ?? null,
      fd_drift: drift.fd_drift ?? null,
      failures: this.#failures,
      details,
      ...(series && { series }),
    };
  }
}
