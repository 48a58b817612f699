import { DbError } from "../../errors.ts";

/** A statement that is none of the dialect; says where, and never what it says there: texts of queries reach no error. */
export function queryError(
  problem: string,
  position: number,
  details: Readonly<Record<string, unknown>> = {},
): DbError {
  return new DbError("query_invalid", `${problem}, at character ${position + 1} of the query.`, {
    hint: "docs/txtai.md describes the SQL that is understood.",
    details: { position, ...details },
  });
}
