import { DbError } from "../errors.ts";
import { Filter, MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH } from "../schemas/filter.ts";
import type { FieldCondition, FilterValue } from "../schemas/filter.ts";

/** One comparison. `negated` is true where an odd number of `not`, `ne`, `nin`, `exists: false` applies to it. */
export interface Condition {
  readonly field: string;
  readonly operator: Operator;
  readonly value: FilterValue | readonly FilterValue[];
  readonly negated: boolean;
  /** JSON pointer into the filter. */
  readonly pointer: string;
}

type Operator = "eq" | "in" | "gt" | "gte" | "lt" | "lte" | "exists" | "contains" | "prefix";

export type FilterTree = Condition | { readonly all: readonly FilterTree[] } | { readonly any: readonly FilterTree[] };

/**
 * Checks a filter's shape and size and pushes every negation down to the comparisons (De Morgan), where "does not match" has one
 * meaning: also true for a document that lacks the field.
 * @throws {DbError} `filter_invalid`, with `details.pointer`.
 */
export function filterTree(input: unknown): FilterTree {
  requireSmall(input);
  const parsed = Filter.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalidFilter(pointerOf(issue?.path ?? []), issue?.message ?? "not a filter");
  }
  return treeOf(parsed.data, { negated: false, pointer: "" });
}

export function* conditionsOf(tree: FilterTree): Generator<Condition> {
  if ("field" in tree) yield tree;
  else for (const branch of "all" in tree ? tree.all : tree.any) yield* conditionsOf(branch);
}

export function invalidFilter(pointer: string, reason: string, hint?: string): DbError {
  return new DbError("filter_invalid", `The filter is not valid at "${pointer}": ${reason}.`, {
    ...(hint !== undefined && { hint }),
    details: { pointer },
  });
}

interface Place {
  readonly negated: boolean;
  readonly pointer: string;
}

function treeOf(filter: Filter, place: Place): FilterTree {
  const branches = Object.entries(filter).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const here = { ...place, pointer: `${place.pointer}/${escapePointer(key)}` };
    if (key === "and") return [joined("all", value as Filter[], here)];
    if (key === "or") return [joined("any", value as Filter[], here)];
    if (key === "not") return [treeOf(value as Filter, { ...here, negated: !place.negated })];
    return fieldBranches(key, value as FieldEntry, here);
  });
  return group("all", branches, place.negated);
}

function joined(kind: "all" | "any", filters: readonly Filter[], place: Place): FilterTree {
  const branches = filters.map((filter, at) => treeOf(filter, { ...place, pointer: `${place.pointer}/${at}` }));
  return group(kind, branches, place.negated);
}

function group(kind: "all" | "any", branches: readonly FilterTree[], negated: boolean): FilterTree {
  const [only] = branches;
  if (branches.length === 1 && only) return only;
  return (kind === "all") === negated ? { any: branches } : { all: branches };
}

type FieldEntry = FilterValue | FilterValue[] | FieldCondition;

function fieldBranches(field: string, entry: FieldEntry, place: Place): FilterTree[] {
  if (Array.isArray(entry)) return [{ field, operator: "in", value: entry, ...place }];
  if (typeof entry !== "object") return [{ field, operator: "eq", value: entry, ...place }];
  return Object.entries(entry).flatMap(([name, value]) =>
    value === undefined ? [] : [fieldBranch(field, name as keyof FieldCondition, value, place)],
  );
}

const NEGATIVE: Readonly<Record<string, Operator>> = { ne: "eq", nin: "in" };

function fieldBranch(field: string, name: keyof FieldCondition, value: Condition["value"], place: Place): Condition {
  const positive = NEGATIVE[name];
  const flips = positive !== undefined || (name === "exists" && value === false);
  const operator = positive ?? (name as Operator);
  return { field, operator, value, negated: place.negated !== flips, pointer: `${place.pointer}/${name}` };
}

/** Walks without recursion: what is too deep for us is too deep for the validator and the query planner as well. */
function requireSmall(input: unknown): void {
  let level: unknown[] = [input];
  let conditions = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_FILTER_DEPTH) throw invalidFilter("", `it is nested deeper than ${MAX_FILTER_DEPTH} levels`);
    const next: unknown[] = [];
    for (const filter of level) {
      if (typeof filter !== "object" || filter === null || Array.isArray(filter)) continue;
      for (const [key, value] of Object.entries(filter)) {
        // The validator would drop it, and the filter would then match more than it says.
        if (key === "__proto__") throw invalidFilter("/__proto__", "no field has this name");
        if (key === "and" || key === "or") next.push(...(Array.isArray(value) ? value : []));
        else if (key === "not") next.push(value);
        else
          conditions +=
            typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).length : 1;
      }
    }
    conditions += next.length;
    if (conditions > MAX_FILTER_CONDITIONS)
      throw invalidFilter("", `it has more than ${MAX_FILTER_CONDITIONS} conditions`);
    level = next;
  }
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${escapePointer(String(key))}`).join("");
}

/** RFC 6901 §3. */
function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
