/** A row of the index and its score. */
export interface Scored {
  readonly row: number;
  readonly score: number;
}

/** The rows that may be found; all of them when absent. */
export type Eligible = ReadonlySet<number> | undefined;

/** The best above 0, from the best down; rows of equal score in the order in which they were added. */
export function best(scored: readonly Scored[], limit: number): Scored[] {
  const positive = scored.filter(({ score }) => score > 0);
  return positive.sort((left, right) => right.score - left.score || left.row - right.row).slice(0, limit);
}
