import { nearestName } from "@galen/core";
import { DbError } from "../errors.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { Facet } from "../schemas/search.ts";
import { labelledValues } from "../metadata/labels.ts";
import { fieldColumn } from "../tables/passage-schema.ts";
import type { PassageReads } from "../tables/passage-reads.ts";

/** Values that a facet names. */
const MAX_VALUES = 20;
/** Documents that are counted; more take longer than the search. */
const MAX_DOCUMENTS = 200_000;

type Value = Facet["values"][number]["value"];

/** What facets are counted in. */
export interface FacetSources {
  readonly table: PassageReads;
  /** Paths of undeclared metadata that documents have. */
  readonly seen: readonly string[];
}

/**
 * The most frequent values of fields among the documents that match.
 * @throws {DbError} `query_invalid` for a name that no document has
 */
export async function facetsOf(
  { table, seen }: FacetSources,
  names: readonly string[],
  where: string | undefined,
): Promise<Record<string, Facet>> {
  const { fields } = table.shape;
  const counted = [...new Set(names)].map((name, at) => ({ name, ...columnOf(name, { fields, seen, at }) }));
  const columns = [...new Set(counted.map(({ column }) => column))];
  const { rows, complete } = await table.documentColumns(columns, { where, limit: MAX_DOCUMENTS });
  return Object.fromEntries(
    counted.map(({ name, column, valuesOf }) => {
      const values = (rows[columns.indexOf(column)] ?? []).map((row) => (isPresent(row) ? valuesOf(row) : []));
      return [name, facetOf(values, complete)];
    }),
  );
}

interface FacetColumn {
  readonly column: string;
  /** What a document has; `undefined` is a value that has no name. */
  readonly valuesOf: (row: unknown) => (Value | undefined)[];
}

function columnOf(
  name: string,
  { fields, seen, at }: { fields: Readonly<Record<string, FieldType>>; seen: readonly string[]; at: number },
): FacetColumn {
  if (name === "tags") return { column: "tags", valuesOf: readers["string[]"] };
  const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (type !== undefined) return { column: fieldColumn(name), valuesOf: readers[type] };
  if (seen.includes(name)) return { column: "kv", valuesOf: (row) => labelledValues(row as Iterable<string>, name) };
  const similar = nearestName(name, ["tags", ...Object.keys(fields), ...seen]);
  throw new DbError("query_invalid", `No document has the field ${name} that a facet names.`, {
    ...(similar !== undefined && { hint: `Did you mean ${similar}?` }),
    details: { pointer: `/facets/${at}` },
  });
}

const one = (row: unknown) => [row as Value];

const readers: Readonly<Record<FieldType, FacetColumn["valuesOf"]>> = {
  string: one,
  number: one,
  boolean: one,
  date: (row) => [new Date(Number(row)).toISOString()],
  "string[]": (row) => Array.from(row as Iterable<string>),
};

function isPresent(row: unknown): boolean {
  return row !== null && row !== undefined;
}

function facetOf(rows: readonly (readonly (Value | undefined)[])[], complete: boolean): Facet {
  const counts = new Map<Value, number>();
  let missing = 0;
  for (const values of rows) {
    if (values.length === 0) missing++;
    for (const value of new Set(values)) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const sorted = [...counts].sort(
    ([leftValue, left], [rightValue, right]) => right - left || compare(leftValue, rightValue),
  );
  const named = sorted.slice(0, MAX_VALUES).map(([value, count]) => ({ value, count }));
  const shown = new Set<Value | undefined>(named.map(({ value }) => value));
  const other = rows.filter((values) => values.some((value) => !shown.has(value))).length;
  return { values: named, other, missing, exact: complete };
}

function compare(left: Value, right: Value): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
