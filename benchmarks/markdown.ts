/** A table whose first column is text and whose others are figures. */
export function table([first = "", ...others]: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line([first, ...others]), `|---|${"---:|".repeat(others.length)}`, ...rows.map(line)].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** With commas. Not by the locale of whoever runs this: pages are compared with what they were. */
export function thousands(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+(?!\d))/g, ",");
}
