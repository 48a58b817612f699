// `npm run golden [-- --write | FOLDER]`: how far the engine is from the reference on every golden model, as Markdown.
// --write puts the table into docs/models.md; FOLDER is one that `python -m reference random FOLDER` has made.
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { compareWithReference, isWithinTolerance } from "./compare.ts";
import type { Comparison } from "./compare.ts";
import { readGoldenFolder, readGoldenModels } from "./golden.ts";
import { markdownTable, replaceBlock } from "./table-block.ts";

const PAGE = fileURLToPath(new URL("../../docs/models.md", import.meta.url));

const { values, positionals } = parseArgs({ options: { write: { type: "boolean" } }, allowPositionals: true });
const [folder] = positionals;

const comparisons: Comparison[] = [];
// npm runs scripts in the checkout; a path that the user typed is relative to where they stand.
const models = await (folder ? readGoldenFolder(resolve(process.env.INIT_CWD ?? "", folder)) : readGoldenModels());
for (const model of models) comparisons.push(await compareWithReference(model));

const table = markdownTable(comparisons);
process.stdout.write(`${table}\n`);
if (values.write) await writeFile(PAGE, replaceBlock(await readFile(PAGE, "utf8"), table));

const outside = comparisons.filter((comparison) => !isWithinTolerance(comparison)).map(({ model }) => model);
if (outside.length > 0) {
  process.stderr.write(`outside of the tolerance: ${outside.join(", ")}\n`);
  process.exitCode = 1;
}
