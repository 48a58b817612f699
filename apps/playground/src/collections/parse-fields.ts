import type { FieldType } from "@galen/db/schemas";

const types: Record<FieldType, true> = { string: true, number: true, boolean: true, date: true, "string[]": true };

/** `year: number`, one a line; `wrong` is the 1-based number of the first line that is not of this form. */
export function parseFields(lines: string): { types: Record<string, FieldType>; wrong?: number } {
  const fields: [string, FieldType][] = [];
  for (const [index, line] of lines.split("\n").entries()) {
    if (line.trim() === "") continue;
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([a-z[\]]+)\s*$/.exec(line);
    const [, name, type] = match ?? [];
    if (name === undefined || type === undefined || !isFieldType(type)) return { types: {}, wrong: index + 1 };
    fields.push([name, type]);
  }
  return { types: Object.fromEntries(fields) };
}

function isFieldType(text: string): text is FieldType {
  return Object.hasOwn(types, text);
}
