import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "./command.ts";
import { exampleOutputs } from "./example-outputs.ts";
import { outputPattern, typescriptExamples } from "./markdown-blocks.ts";

const page = readFileSync(join(root, "docs/txtai.md"), "utf8");

describe("docs/txtai.md", () => {
  let outputs = new Map<number, string>();
  beforeAll(async () => {
    outputs = await exampleOutputs(page, "txtai");
  }, 60_000);

  it.each(typescriptExamples(page).map(({ output }, index) => ({ index, output })))(
    "example $index prints what it says",
    ({ index, output }) => {
      expect(outputs.get(index)?.trim()).toMatch(new RegExp(`^${outputPattern(output).source}$`));
    },
  );
});
