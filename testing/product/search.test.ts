import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SearchRequest } from "@galen/db/schemas";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "./command.ts";
import { exampleOutputs } from "./example-outputs.ts";
import { outputPattern, typescriptExamples } from "./markdown-blocks.ts";

const page = readFileSync(join(root, "docs/search.md"), "utf8");
const examples = typescriptExamples(page);

describe("docs/search.md", () => {
  let outputs = new Map<number, string>();
  beforeAll(async () => {
    outputs = await exampleOutputs(page, "search");
  }, 60_000);

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
