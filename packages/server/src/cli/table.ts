import stringWidth from "string-width";
import { cut, padEnd, padStart } from "./text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Left out first, highest number first, when the terminal is narrow. */
  readonly rank?: number;
}

/** Rows without borders, numbers to the right. Columns are left out rather than wrapped; without a width all are kept whole. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width }: { readonly width?: number } = {},
): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[index] ?? ""))),
  );
  const kept = keptColumns(columns, widths, width);
  const line = (cells: readonly string[]) =>
    kept
      .map((index) => (columns[index]?.align === "right" ? padStart : padEnd)(cells[index] ?? "", widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const lines = [line(columns.map(({ title }) => title)), ...rows.map(line)];
  return lines.map((text) => `${width === undefined ? text : cut(text, width)}\n`).join("");
}

function keptColumns(
  columns: readonly Column[],
  widths: readonly number[],
  width = Number.POSITIVE_INFINITY,
): number[] {
  const kept = columns.map((_, index) => index);
  const total = () => kept.reduce((sum, index) => sum + (widths[index] ?? 0) + 2, -2);
  const droppable = kept
    .filter((index) => columns[index]?.rank !== undefined)
    .sort((a, b) => (columns[b]?.rank ?? 0) - (columns[a]?.rank ?? 0));
  for (const index of droppable) if (total() > width) kept.splice(kept.indexOf(index), 1);
  return kept;
}
