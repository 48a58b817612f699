import type { FieldCondition, FieldType, Filter, FilterValue } from "@galen/db/schemas";

export type Operator = keyof FieldCondition;

/** One condition of the filter's top level; `and`, `or` and `not` groups are one chip each, edited as JSON. */
export type Chip =
  | { readonly kind: "condition"; readonly field: string; readonly operator: Operator; readonly value: ChipValue }
  | { readonly kind: "group"; readonly operator: "and" | "or" | "not"; readonly label: string };
export type ChipValue = FilterValue | readonly FilterValue[];

const operatorWords = {
  eq: "is",
  ne: "is not",
  in: "is any of",
  nin: "is none of",
  gt: ">",
  gte: "≥",
  lt: "<",
  lte: "≤",
  exists: "exists",
  contains: "contains",
  prefix: "starts with",
} as const satisfies Record<Operator, string>;

/** Operators that make sense for a field of this type, the likeliest first. */
export function operatorsFor(type: FieldType | undefined): readonly Operator[] {
  if (type === "number" || type === "date") return ["gte", "lte", "gt", "lt", "eq", "ne", "exists"];
  if (type === "boolean") return ["eq", "exists"];
  if (type === "string[]") return ["eq", "ne", "exists"];
  return ["eq", "ne", "contains", "prefix", "exists"];
}

export function operatorWord(operator: Operator): string {
  return operatorWords[operator];
}

export function chipsOf(filter: Filter | undefined): Chip[] {
  return Object.entries(filter ?? {}).flatMap(([field, value]): Chip[] => {
    if (value === undefined) return [];
    if (field === "and" || field === "or" || field === "not")
      return [{ kind: "group", operator: field, label: groupLabel(field, value) }];
    return Object.entries(conditionOf(value)).map(([operator, value]) => ({
      kind: "condition",
      field,
      operator: operator as Operator,
      value: value as ChipValue,
    }));
  });
}

export function chipLabel(chip: Chip): string {
  if (chip.kind === "group") return chip.label;
  if (chip.operator === "exists") return `${chip.field} ${chip.value === false ? "is missing" : "exists"}`;
  // An address may hold an operator that there is not: the server refuses it, the chip names it.
  const word = Object.hasOwn(operatorWords, chip.operator) ? operatorWords[chip.operator] : chip.operator;
  return `${chip.field} ${word} ${valueLabel(chip.value)}`;
}

/** The filter without this chip; `undefined` when nothing is left. */
export function withoutChip(filter: Filter, chip: Chip): Filter | undefined {
  const name = chip.kind === "group" ? chip.operator : chip.field;
  const { [name]: entry, ...others } = filter;
  const rest = chip.kind === "group" || entry === undefined ? {} : withoutKey(conditionOf(entry), chip.operator);
  const left: Filter = Object.keys(rest).length > 0 ? { ...others, [name]: rest } : others;
  return Object.keys(left).length > 0 ? left : undefined;
}

/**
 * The filter with one more condition. The same operator on the same field is replaced, except equality: two values that a
 * field must equal would match nothing, so they become "any of".
 */
export function withCondition(
  filter: Filter | undefined,
  condition: { field: string; operator: Operator; value: ChipValue },
): Filter {
  const { field, operator, value } = condition;
  // Fields are named by users: one called "valueOf" must not find what every object inherits.
  const entry = filter && Object.hasOwn(filter, field) ? filter[field] : undefined;
  const known = entry === undefined ? {} : conditionOf(entry);
  if (operator === "eq" && !Array.isArray(value)) {
    const { eq, in: any = [], ...others } = known;
    const values = [...new Set([...any, ...(eq === undefined ? [] : [eq]), value as FilterValue])];
    return {
      ...filter,
      [field]: { ...others, ...(values.length > 1 ? { in: values } : { eq: value as FilterValue }) },
    };
  }
  return { ...filter, [field]: { ...known, [operator]: value } };
}

/** What was typed as a value of the field's type; `undefined` when it is none. Untyped fields: numbers and booleans look like such. */
export function parseValue(text: string, type: FieldType | undefined): FilterValue | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (type === "boolean") return trimmed === "true" ? true : trimmed === "false" ? false : undefined;
  if (type === "number") return Number.isFinite(Number(trimmed)) ? Number(trimmed) : undefined;
  if (type === "date") return Number.isNaN(Date.parse(trimmed)) ? undefined : trimmed;
  if (type !== undefined) return trimmed;
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
}

function conditionOf(entry: Exclude<Filter[string], undefined>): FieldCondition {
  if (Array.isArray(entry)) return { in: entry as FilterValue[] };
  if (typeof entry === "object") return entry as FieldCondition;
  return { eq: entry };
}

function withoutKey(condition: FieldCondition, operator: Operator): FieldCondition {
  const { [operator]: _removed, ...rest } = condition;
  return rest;
}

function valueLabel(value: ChipValue): string {
  if (typeof value !== "object") return String(value);
  const shown = value.slice(0, 3).map(String).join(", ");
  return value.length > 3 ? `${shown} and ${value.length - 3} more` : shown;
}

function groupLabel(operator: "and" | "or" | "not", value: unknown): string {
  const parts = Array.isArray(value) ? (value as Filter[]) : [value as Filter];
  const labels = parts.map((part) => chipsOf(part).map(chipLabel).join(" and "));
  return operator === "not" ? `not (${labels.join("")})` : labels.map((label) => `(${label})`).join(` ${operator} `);
}
