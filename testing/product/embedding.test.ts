import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Precision, precisions, quantizeEmbeddings } from "@galen/core";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "./command.ts";
import { outputPattern, typescriptExamples } from "./markdown-blocks.ts";

const run = promisify(execFile);
const page = readFileSync(join(root, "docs/embedding.md"), "utf8");
const examples = typescriptExamples(page);
// Inside the workspace, so that the packages resolve as they do for a user who installed them.
const file = (index: number): string => join(root, "examples", `.embedding-${index}-example.ts`);

describe("docs/embedding.md", () => {
  afterAll(() => {
    for (const index of examples.keys()) rmSync(file(index), { force: true });
  });

  it("holds examples to run", () => {
    expect(examples.length).toBeGreaterThanOrEqual(7);
  });

  it.each(examples.map((example, index) => ({ index, ...example })))(
    "example $index prints what it says",
    async ({ index, code, output }) => {
      const crossEncoder = join(root, "testing/golden/outputs/cross-bert"); // in place of one that must be downloaded
      writeFileSync(file(index), code.replace("cross-encoder/ms-marco-MiniLM-L6-v2", crossEncoder));
      const env = { ...process.env, HF_HUB_OFFLINE: "1" };
      const { stdout } = await run(process.execPath, ["--conditions=@galen/source", file(index)], { cwd: root, env });
      expect(stdout.trim()).toMatch(new RegExp(`^${outputPattern(output).source}$`));
    },
  );

  it("states the sizes that quantizeEmbeddings makes", () => {
    const rows = precisions.map((precision) => {
      const array = quantizeEmbeddings([Float32Array.of(0), Float32Array.of(1)], { precision })[0]?.constructor.name;
      const million = `${((bytes(precision, 768) * 1e6) / 1e9).toFixed(2)} GB`;
      return [`\`${precision}\``, `\`${array}\``, bytes(precision, 384), bytes(precision, 768), million].join(" | ");
    });
    const table = [...page.matchAll(/^\| (`\w+`) \| (`\w+`) \| [^|]+ \| (\d+) \| (\d+) \| ([\d.]+ GB) \|$/gm)];
    expect(table.map((row) => row.slice(1).join(" | "))).toEqual(rows);
  });

  it("links to files that exist", () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) expect(() => readFileSync(join(root, "docs", link)), link).not.toThrow();
  });
});

function bytes(precision: Precision, dimension: number): number {
  const vectors = [new Float32Array(dimension), new Float32Array(dimension).fill(1)];
  return quantizeEmbeddings(vectors, { precision })[0]?.byteLength ?? 0;
}
