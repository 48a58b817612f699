import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SearchRequest } from "@galen/db/schemas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./command.ts";
import { outputPattern, typescriptBlocks, typescriptExamples } from "./markdown-blocks.ts";

const run = promisify(execFile);
const page = readFileSync(join(root, "docs/search.md"), "utf8");
const [setUp = ""] = typescriptBlocks(page);
const examples = typescriptExamples(page);
// Inside the workspace, so that the packages resolve as they do for a user who installed them.
const file = join(root, "examples", ".search-example.ts");
const mark = (index: number) => `=== example ${index}`;

describe("docs/search.md", () => {
  const outputs = new Map<number, string>();

  beforeAll(async () => {
    const blocks = examples.map(({ code }, index) => `console.log("${mark(index)}");\n{\n${code}\n}`);
    writeFileSync(file, [setUp, ...blocks].join("\n"));
    const env = { ...process.env, HF_HUB_OFFLINE: "1" };
    const { stdout } = await run(process.execPath, ["--conditions=@galen/source", file], { cwd: root, env });
    for (const [, index = "", output = ""] of stdout.matchAll(
      /^=== example (\d+)\n([^]*?)(?=^=== example|(?![^]))/gm,
    )) {
      outputs.set(Number(index), output);
    }
  }, 60_000);
  afterAll(() => rmSync(file, { force: true }));

  it("has an example of every option of a search", () => {
    const described = ["query", "explain", "level", "vectors"];
    for (const option of Object.keys(SearchRequest.shape)) {
      const isShown = examples.some(({ code }) => new RegExp(`\\b${option}\\b`).test(code));
      expect(isShown || (described.includes(option) && page.includes(option)), option).toBe(true);
    }
  });

  it.each(examples.map(({ output }, index) => ({ index, output })))(
    "example $index prints what it says",
    ({ index, output }) => {
      expect(outputs.get(index)?.trim()).toMatch(new RegExp(`^${outputPattern(output).source}$`));
    },
  );
});
