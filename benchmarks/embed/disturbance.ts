import type { Contest } from "./results.ts";

/** A busier machine slows programs whose threads wait for one another more than others, so ratios go wrong too. */
const QUIET_PERCENT = 5;

/** A sentence for a contest that other programs have disturbed. */
export function disturbance({ contestants }: Pick<Contest, "contestants">): string | undefined {
  const most = Math.max(0, ...contestants.map(({ taken_by_others_percent }) => taken_by_others_percent ?? 0));
  if (most <= QUIET_PERCENT) return undefined;
  return `Other programs took up to ${most} % of the processors in these rounds: the figures and their ratios say little, repeat the run on a quiet machine.`;
}
