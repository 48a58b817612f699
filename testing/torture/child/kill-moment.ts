import { SLOW_KINDS } from "../load/operations/operations.ts";
import type { Random } from "../load/random.ts";

/** When a writer is killed. */
export interface KillMoment {
  /** While it opens the database, in any operation, or in one of a kind. */
  readonly during: "opening" | "any" | (typeof SLOW_KINDS)[number];
  /** Operations that it may finish before. */
  readonly after: number;
  /** Time from the beginning of what it is killed in. */
  readonly delayMs: number;
}

/** A tenth while opening, a third in operations that take long, the others anywhere. */
export function killMoment(random: Random): KillMoment {
  if (random.chance(0.1)) return { during: "opening", after: 0, delayMs: random.integer(0, 250) };
  const after = random.integer(0, 12);
  if (random.chance(0.4)) return { during: random.pick(SLOW_KINDS), after, delayMs: random.integer(0, 150) };
  return { during: "any", after, delayMs: random.integer(0, 40) };
}
