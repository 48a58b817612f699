import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const folder = fileURLToPath(new URL(".", import.meta.url));

async function example(name: string, ...args: string[]) {
  return run(process.execPath, ["--conditions=@galen/source", join(folder, name), ...args]);
}

describe("the examples", () => {
  it("are all run here", () => {
    const files = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name));
    expect(files).toEqual([
      "01-embeddings-database.ts",
      "02-sentence-transformers.ts",
      "03-mean-pooling.ts",
      "04-cited-answer.ts",
    ]);
  });

  it("01: an embeddings database in txtai's shape finds the passage, and says which model ran", async () => {
    const { stdout, stderr } = await example("01-embeddings-database.ts");
    expect(stdout.match(/id: '([^']+)'/)?.[1]).toBe("metformin-renal-dosing");
    expect(stderr).toMatch(/^model: .+$/m);
  });

  it("02: sentence vectors are those of the reference, to the digits printed", async () => {
    const { stdout, stderr } = await example("02-sentence-transformers.ts");
    // The first components that sentence-transformers prints for these sentences with all-MiniLM-L6-v2.
    const first = stderr.includes("all-MiniLM-L6-v2,")
      ? /0\.0676\d+,\s+0\.0635\d+,\s+0\.0487\d+/
      : /Float32Array\(768\)/;
    expect(stdout).toMatch(first);
    expect(stdout.match(/Float32Array\((384|768)\)/g)).toHaveLength(2);
  });

  it("03: mean pooling of hidden states, scaled to length 1, gives the same vectors as 02", async () => {
    const [pooled, encoded] = await Promise.all([
      example("03-mean-pooling.ts"),
      example("02-sentence-transformers.ts"),
    ]);
    const [a, b] = [firstNumbers(pooled.stdout), firstNumbers(encoded.stdout)];
    const ratio = (a[0] ?? 0) / (b[0] ?? 1);
    for (const [index, value] of a.entries()) expect(value / ratio).toBeCloseTo(b[index] ?? Number.NaN, 5);
  });

  it("04: a cited answer from files, also on a second run over the same data", async () => {
    await using directory = await temporaryDirectory();
    const first = await example("04-cited-answer.ts", directory.path);
    expect(first.stdout).toContain("metformin-renal-dosing");
    expect(first.stdout).toMatch(/\[1\] \S+ \d+–\d+: “.+”/);
    const second = await example("04-cited-answer.ts", directory.path);
    expect(second.stdout).toBe(first.stdout);
  });
});

function firstNumbers(text: string): number[] {
  const vector = text.slice(text.indexOf("Float32Array"));
  return [...vector.matchAll(/-?\d+\.\d+/g)].slice(0, 20).map(([number]) => Number(number));
}
