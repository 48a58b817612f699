import { column, quote } from "../tables/sql.ts";
import type { Constraint } from "./query-syntax.ts";

/** What stands between words, and beside them. */
const GAP = "[^\\p{Alphabetic}\\p{N}]";

/**
 * The predicate of words that must be in a passage, or must not. Words consist of letters and digits, so that nothing of them means
 * anything to the regular expression, which the engine matches in linear time.
 */
export function constraintSql(
  { words, isPrefix, isNegative }: Constraint,
  columns: readonly { readonly name: string }[],
): string {
  const pattern = `(?i)(^|${GAP})${words.join(`${GAP}+`)}${isPrefix ? "" : `($|${GAP})`}`;
  const matches = columns.map(({ name }) => `regexp_like(coalesce(${column(name)}, ''), ${quote(pattern)})`);
  const any = `(${matches.join(" OR ")})`;
  return isNegative ? `NOT ${any}` : any;
}
