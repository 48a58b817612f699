import { nearestName } from "@galen/core";
import { DbError } from "../errors.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { Facet } from "../schemas/search.ts";
import { fieldColumn } from "../tables/passage-schema.ts";
import type { PassageReads } from "../tables/passage-reads.ts";

/** Values that a facet names. */
const MAX_VALUES = 20;
/** Documents that are counted; more take longer than the search. */
const MAX_DOCUMENTS = 200_000;

type Value = Facet["values"][number]["value"];

/**
 * The most frequent values of fields among the documents that match.
 * @throws {DbError} `query_invalid` for a name that is neither a declared field nor `tags`
 */
export async function facetsOf(
  table: PassageReads,
  names: readonly string[],
  where: string | undefined,
): Promise<Record<string, Facet>> {
  const { fields } = table.shape;
  const unique = [...new Set(names)];
  const columns = unique.map((name, at) => columnOf(name, fields, at));
  const { rows, complete } = await table.documentColumns(columns, { where, limit: MAX_DOCUMENTS });
  return Object.fromEntries(
    unique.map((name, at) => {
      const type = name === "tags" ? "string[]" : (fields[name] ?? "string");
      return [name, facetOf(rows[at] ?? [], type, complete)];
    }),
  );
}

function columnOf(name: string, fields: Readonly<Record<string, FieldType>>, at: number): string {
  if (name === "tags") return "tags";
  if (Object.hasOwn(fields, name)) return fieldColumn(name);
  const similar = nearestName(name, ["tags", ...Object.keys(fields)]);
  throw new DbError("query_invalid", `There are facets of declared fields and of tags, and ${name} is neither.`, {
    ...(similar !== undefined && { hint: `Did you mean ${similar}?` }),
    details: { pointer: `/facets/${at}` },
  });
}

function facetOf(rows: readonly unknown[], type: FieldType, complete: boolean): Facet {
  const counts = new Map<Value, number>();
  let missing = 0;
  for (const row of rows) {
    const values = valuesOf(row, type);
    if (values.length === 0) missing++;
    for (const value of new Set(values)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const sorted = [...counts].sort(
    ([leftValue, left], [rightValue, right]) => right - left || compare(leftValue, rightValue),
  );
  const named = sorted.slice(0, MAX_VALUES).map(([value, count]) => ({ value, count }));
  const shown = new Set<Value>(named.map(({ value }) => value));
  const other =
    sorted.length <= MAX_VALUES
      ? 0
      : rows.filter((row) => valuesOf(row, type).some((value) => !shown.has(value))).length;
  return { values: named, other, missing, exact: complete };
}

function valuesOf(row: unknown, type: FieldType): Value[] {
  if (row === null || row === undefined) return [];
  if (type === "string[]") return Array.from(row as Iterable<string>);
  if (type === "date") return [new Date(Number(row)).toISOString()];
  return [row as Value];
}

function compare(left: Value, right: Value): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
