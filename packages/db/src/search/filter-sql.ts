import { DbError } from "../errors.ts";
import { parseDate } from "../metadata/date.ts";
import { presenceLabel, valueLabel } from "../metadata/labels.ts";
import { nearestName } from "@galen/core";
import type { FieldType } from "../schemas/collection.ts";
import type { FilterValue } from "../schemas/filter.ts";
import { fieldColumn } from "../tables/passage-schema.ts";
import { column, isIn, quote } from "../tables/sql.ts";
import { conditionsOf, invalidFilter } from "./filter-tree.ts";
import type { Condition, FilterTree } from "./filter-tree.ts";

/** What the collection knows about its fields. */
export interface FilterContext {
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Undeclared metadata paths that documents have used. */
  readonly seen: readonly string[];
  /** Ids of the documents whose text contains the string; a text is no column, since a passage is only a part of it. */
  readonly idsContaining: (text: string) => Promise<readonly string[]>;
}

/**
 * The predicate of a filter, the only place where user values become SQL. Every comparison is two-valued: a document that lacks
 * the field does not match `eq`, `gt`, …, and does match `ne`, `nin` and `not`.
 * @throws {DbError} `filter_field_unknown`, `filter_invalid` with `details.pointer`.
 */
export async function filterSql(tree: FilterTree, context: FilterContext): Promise<string> {
  const texts = new Map<string, readonly string[]>();
  for (const { field, operator, value } of conditionsOf(tree)) {
    if (field === "text" && operator === "contains")
      texts.set(String(value), await context.idsContaining(String(value)));
  }
  return render(tree, (condition) => conditionSql(condition, context, texts));
}

/** Parentheses only around an OR inside an AND: the SQL parser stops at about 50 nested ones. */
function render(tree: FilterTree, leaf: (condition: Condition) => string): string {
  if ("field" in tree) return leaf(tree);
  if ("any" in tree) return tree.any.map((branch) => render(branch, leaf)).join(" OR ") || "false";
  const parts = tree.all.map((branch) => {
    const sql = render(branch, leaf);
    return "any" in branch && branch.any.length > 1 ? `(${sql})` : sql;
  });
  return parts.join(" AND ") || "true";
}

type Column =
  | { readonly kind: "scalar"; readonly name: string; readonly type: Exclude<FieldType, "string[]"> }
  | { readonly kind: "list"; readonly name: string }
  | { readonly kind: "text" }
  | { readonly kind: "labels"; readonly path: string };

const BUILT_IN: Readonly<Record<string, Column>> = {
  id: { kind: "scalar", name: "doc_id", type: "string" },
  title: { kind: "scalar", name: "title", type: "string" },
  text: { kind: "text" },
  tags: { kind: "list", name: "tags" },
  created_at: { kind: "scalar", name: "created_at", type: "date" },
  updated_at: { kind: "scalar", name: "updated_at", type: "date" },
};

function conditionSql(
  condition: Condition,
  context: FilterContext,
  texts: ReadonlyMap<string, readonly string[]>,
): string {
  const target = columnOf(condition, context);
  if (target.kind === "scalar") return scalarSql(condition, target);
  if (target.kind === "list") return listSql(condition, target.name);
  if (target.kind === "labels") return labelsSql(condition, target.path);
  return textSql(condition, texts);
}

function columnOf({ field, pointer }: Condition, { fields, seen }: FilterContext): Column {
  const builtIn = Object.hasOwn(BUILT_IN, field) ? BUILT_IN[field] : undefined;
  if (builtIn) return builtIn;
  const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (type === "string[]") return { kind: "list", name: fieldColumn(field) };
  if (type) return { kind: "scalar", name: fieldColumn(field), type };
  if (seen.includes(field)) return { kind: "labels", path: field };
  const nearest = nearestName(field, [...Object.keys(BUILT_IN), ...Object.keys(fields), ...seen]);
  throw new DbError("filter_field_unknown", `No document has the field that the filter names at "${pointer}".`, {
    hint: nearest === undefined ? "Ask for the collection's fields." : `Did you mean "${nearest}"?`,
    details: { pointer, ...(nearest !== undefined && { nearest }) },
  });
}

const COMPARISONS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function scalarSql(condition: Condition, { name, type }: Column & { kind: "scalar" }): string {
  const target = column(name);
  const { operator, value } = condition;
  const literal = (member: FilterValue) => scalarLiteral(member, name === "doc_id" ? "id" : type, condition);
  if (operator === "exists") return presence(target, condition);
  if (operator === "in") return guarded(target, condition, memberSql(target, values(value).map(literal)));
  if (operator === "eq") return guarded(target, condition, `${target} = ${literal(single(value))}`);
  if (operator === "contains" || operator === "prefix") {
    if (type !== "string") throw invalidFilter(condition.pointer, `a ${type} field has no ${operator}`);
    const name = operator === "contains" ? "contains" : "starts_with";
    return guarded(target, condition, `${name}(${target}, ${quote(String(value))})`);
  }
  if (type === "boolean") throw invalidFilter(condition.pointer, "a boolean field has no order");
  return guarded(target, condition, `${target} ${COMPARISONS[operator]} ${literal(single(value))}`);
}

/** A list matches when one of its members does. */
function listSql(condition: Condition, name: string): string {
  const target = column(name);
  const { operator, value } = condition;
  const literal = (member: FilterValue) => scalarLiteral(member, "string", condition);
  if (operator === "exists") return presence(target, condition);
  if (operator === "eq") return guarded(target, condition, `array_has(${target}, ${literal(single(value))})`);
  if (operator === "in") return guarded(target, condition, anyOf(target, values(value).map(literal)));
  if (operator === "contains" || operator === "prefix") {
    // Members joined by a control character that neither tags nor quoted needles can hold are searched as one string.
    if (String(value).includes(SEPARATOR)) return constant(condition.negated);
    const needle = operator === "contains" ? String(value) : SEPARATOR + String(value);
    const members = `concat(${quote(SEPARATOR)}, array_to_string(${target}, ${quote(SEPARATOR)}))`;
    return guarded(target, condition, `contains(${members}, ${quote(needle)})`);
  }
  throw invalidFilter(condition.pointer, "a list has no order");
}

const SEPARATOR = "\u001F";

function labelsSql(condition: Condition, path: string): string {
  const { operator, value } = condition;
  if (operator !== "eq" && operator !== "in" && operator !== "exists") {
    throw invalidFilter(
      condition.pointer,
      `an undeclared field has no ${operator}`,
      "Declare the field when the collection is created, or compare with eq, ne, in, nin or exists.",
    );
  }
  if (operator === "exists") return negatable(condition, `array_has(kv, ${quote(presenceLabel(path))})`);
  const labels = values(value).map((member) => quote(valueLabel(path, member)));
  return negatable(condition, anyOf("kv", labels));
}

function textSql(condition: Condition, texts: ReadonlyMap<string, readonly string[]>): string {
  if (condition.operator === "exists") return constant(!condition.negated);
  if (condition.operator !== "contains") throw invalidFilter(condition.pointer, "a text has only contains");
  return negatable(condition, isIn("doc_id", texts.get(String(condition.value)) ?? []));
}

function scalarLiteral(value: FilterValue, type: FieldType | "id", { pointer }: Condition): string {
  if (type === "id" && typeof value !== "boolean") return quote(String(value));
  if (type === "string" && typeof value === "string") return quote(value);
  if (type === "number" && typeof value === "number") return double(value);
  if (type === "boolean" && typeof value === "boolean") return String(value);
  const time = type === "date" && typeof value === "string" ? parseDate(value) : undefined;
  if (time !== undefined) return double(time);
  const expected = type === "date" ? "an ISO 8601 date" : `a ${type}`;
  throw invalidFilter(pointer, `the value is a ${typeof value}, the field holds ${expected}`);
}

function double(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}

function guarded(target: string, { negated }: Condition, sql: string): string {
  return negated ? `(${target} IS NULL OR NOT ${sql})` : `(${target} IS NOT NULL AND ${sql})`;
}

function presence(target: string, { negated }: Condition): string {
  return `${target} IS ${negated ? "NULL" : "NOT NULL"}`;
}

function negatable({ negated }: Condition, sql: string): string {
  return negated ? `(NOT ${sql})` : sql;
}

function constant(value: boolean): string {
  return String(value);
}

function memberSql(target: string, literals: readonly string[]): string {
  return literals.length === 0 ? "false" : `${target} IN (${literals.join(",")})`;
}

function anyOf(list: string, literals: readonly string[]): string {
  return literals.length === 0 ? "false" : `array_has_any(${list}, [${literals.join(",")}])`;
}

function values(value: Condition["value"]): readonly FilterValue[] {
  return Array.isArray(value) ? value : [value as FilterValue];
}

function single(value: Condition["value"]): FilterValue {
  return value as FilterValue;
}
