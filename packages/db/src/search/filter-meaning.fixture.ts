import { parseDate } from "../metadata/date.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { Filter } from "../schemas/filter.ts";

/** What a filter is applied to. */
export interface Filtered {
  readonly id: string;
  readonly text: string;
  readonly title?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, FieldType>>;

/** The meaning of the filter language, by the book: for tests, which compare it with what the database answers. */
export function matches(filter: Filter, document: Filtered, fields: Fields): boolean {
  return Object.entries(filter).every(([key, value]) => {
    if (key === "and") return (value as Filter[]).every((member) => matches(member, document, fields));
    if (key === "or") return (value as Filter[]).some((member) => matches(member, document, fields));
    if (key === "not") return !matches(value as Filter, document, fields);
    const entry = Array.isArray(value) ? { in: value } : typeof value === "object" ? value : { eq: value };
    const held = valuesOf(key, document);
    const isDate = Object.hasOwn(fields, key) && fields[key] === "date";
    return Object.entries(entry).every(([operator, operand]) => holds({ operator, operand, isDate }, held));
  });
}

/** `undefined` when the document lacks the field, else its values; a list has several. */
function valuesOf(field: string, { id, text, title, tags, metadata }: Filtered): unknown[] | undefined {
  const builtIn: Readonly<Record<string, unknown>> = { id, text, title, tags };
  const value = Object.hasOwn(builtIn, field) ? builtIn[field] : field.split(".").reduce<unknown>(member, metadata);
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value : [value];
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

interface Comparison {
  readonly operator: string;
  readonly operand: unknown;
  readonly isDate: boolean;
}

function holds({ operator, operand, isDate }: Comparison, held: unknown[] | undefined): boolean {
  const scale = (value: unknown) => (isDate ? (parseDate(String(value)) ?? Number.NaN) : value);
  const members = held?.map(scale) ?? [];
  const wanted = (Array.isArray(operand) ? operand : [operand]).map(scale);
  const [first] = wanted as [never];
  if (operator === "exists") return (held !== undefined) === operand;
  if (operator === "eq" || operator === "in") return members.some((member) => wanted.includes(member));
  if (operator === "ne" || operator === "nin") return !members.some((member) => wanted.includes(member));
  if (operator === "contains") return members.some((member) => String(member).includes(String(operand)));
  if (operator === "prefix") return members.some((member) => String(member).startsWith(String(operand)));
  const compare = {
    gt: (a: never) => a > first,
    gte: (a: never) => a >= first,
    lt: (a: never) => a < first,
    lte: (a: never) => a <= first,
  };
  return members.some((member) => compare[operator as keyof typeof compare](member as never));
}
