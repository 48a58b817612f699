import type { FieldType } from "../schemas/collection.ts";
import { parseDate } from "./date.ts";

/** What a declared field holds in the table: strings, numbers (dates as milliseconds), booleans, lists of strings. */
export type FieldValue = string | number | boolean | readonly string[];

/**
 * The value as its declared type stores it; `undefined` when the document lacks it.
 * @throws {TypeError} when the value is of another type.
 */
export function fieldValue(value: unknown, type: FieldType): FieldValue | undefined {
  if (value === undefined || value === null) return undefined;
  const stored = readers[type](value);
  if (stored === undefined) throw new TypeError(`not a ${type}`);
  return stored;
}

/** Whether the value can be stored in a field of this type. */
export function fitsField(value: unknown, type: FieldType): boolean {
  return value === undefined || value === null || readers[type](value) !== undefined;
}

const readers = {
  string: (value) => (typeof value === "string" ? value : undefined),
  number: (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined),
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  date: (value) => (typeof value === "string" ? parseDate(value) : undefined),
  "string[]": (value) =>
    Array.isArray(value) && value.every((member) => typeof member === "string") ? value : undefined,
} satisfies Record<FieldType, (value: unknown) => FieldValue | undefined>;
