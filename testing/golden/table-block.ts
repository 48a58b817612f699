import type { Comparison } from "./compare.ts";

const START = "<!-- golden table: written by `npm run golden -- --write` -->";
const END = "<!-- end of the golden table -->";

const INTRODUCTION = `## Against the reference

The largest difference of any component between Galen and sentence-transformers 6.2 with transformers 5.23, both computing in
float32 on the same weights, for texts in a padded batch and alone; token ids on texts that are cut off, that name special
tokens, and that hold what the vocabulary does not. All models but the built-in one are small and have random weights, made by
\`testing/golden/reference\`; \`like-…\` have the layers, heads, pooling, longest input and normalization of a published model.
Tolerance: 1e-5. \`npm run golden\` prints this table.`;

/** The comparisons as a Markdown table. */
export function markdownTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map((comparison) => [
    comparison.model,
    comparison.architecture,
    comparison.parameters.toLocaleString("en"),
    comparison.storedAs,
    comparison.wrongIds.length === 0 ? "yes" : `no (${comparison.wrongIds.length} texts)`,
    scientific(comparison.hiddenStates),
    scientific(comparison.vectors),
    scientific(comparison.logits),
  ]);
  const head = ["model", "architecture", "parameters", "stored as", "ids equal"];
  const differences = ["max\\|Δ\\| hidden states", "max\\|Δ\\| vectors", "max\\|Δ\\| logits"];
  const header = [...head, ...differences];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What a page holds between its two marks; undefined when it has none. */
export function readBlock(page: string): string | undefined {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  return start === -1 || end < start ? undefined : page.slice(start + START.length, end).trim();
}

/** The page with another table between its marks, or with marks and table at its end. */
export function replaceBlock(page: string, table: string): string {
  const block = `${START}\n\n${INTRODUCTION}\n\n${table}\n\n${END}`;
  const old = readBlock(page);
  if (old === undefined) return `${page.trimEnd()}\n\n${block}\n`;
  return page.slice(0, page.indexOf(START)) + block + page.slice(page.indexOf(END) + END.length);
}

function scientific(difference: number | undefined): string {
  return difference === undefined ? "–" : difference.toExponential(1);
}
