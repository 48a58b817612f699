import { best } from "../scored.ts";
import type { Scored } from "../scored.ts";
import { namesOf } from "./names.ts";
import type { QueryParameters } from "./bindings.ts";
import type { NamedExpression } from "./names.ts";
import { compileStatement } from "./compile-statement.ts";
import { customFunctions } from "./functions.ts";
import type { CustomFunction } from "./functions.ts";
import { parseStatement } from "./parse-statement.ts";
import { SectionTables } from "./section-tables.ts";
import type { ResultRow, SectionRow } from "./section-tables.ts";

interface RunOptions {
  readonly parameters?: QueryParameters;
  readonly limit?: number;
  readonly functions?: readonly CustomFunction[];
  readonly expressions?: readonly NamedExpression[];
  /** How like a row is to a query. */
  readonly score?: (query: string, row: SectionRow) => number;
}

/** Runs statements over rows, with a search that counts the query's words. */
export function runner(rows: readonly SectionRow[]) {
  return (query: string, options: RunOptions = {}): ResultRow[] => {
    const { parameters, limit = 3, expressions = [], score = wordsIn } = options;
    const functions = customFunctions(options.functions);
    using tables = new SectionTables(functions);
    tables.insert(rows);
    const compiled = compileStatement(parseStatement(query), {
      parameters,
      functions,
      expressions: namesOf(expressions),
      limit,
    });
    const eligible = tables.eligible(compiled);
    const found = compiled.searches.map(({ query: text, candidates }): Scored[] => {
      const among = rows.filter(({ indexid }) => !eligible || eligible.has(indexid));
      return best(
        among.map((row) => ({ row: row.indexid, score: score(text, row) })),
        candidates,
      );
    });
    return tables.run(compiled, found);
  };
}

export function sectionRow(
  indexid: number,
  document: string | { readonly text: string; readonly [member: string]: unknown },
): SectionRow {
  const data = typeof document === "string" ? null : JSON.stringify(document);
  const text = typeof document === "string" ? document : document.text;
  const row = { indexid, id: String(indexid), text, tags: null, entry: "2026-01-01 00:00:00+00:00", object: null };
  return { ...row, data };
}

function wordsIn(query: string, { text }: SectionRow): number {
  const words = query.toLowerCase().split(" ");
  return words.filter((word) => text.toLowerCase().includes(word)).length / words.length;
}
