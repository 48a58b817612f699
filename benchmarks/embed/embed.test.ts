import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { embeddingSection } from "./page.ts";
import { speedPlot } from "./plot.ts";
import type { EmbedResults } from "./results.ts";

const COMMAND = fileURLToPath(new URL("../embed.bench.ts", import.meta.url));

test("the benchmark runs from end to end where there is no Python", { timeout: 60_000 }, async () => {
  await using directory = await temporaryDirectory();
  const output = join(directory.path, "embed.json");
  const options = ["--texts", "8", "--rounds", "1", "--only", "galen-fp32,torch-fp32", "--parts", "minilm,profile"];
  const args = ["--conditions=@galen/source", COMMAND, ...options, "--python", directory.path, "--output", output];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const results = JSON.parse(await readFile(output, "utf8")) as EmbedResults;

  expect(stdout).toContain("Galen fp32");
  expect(results.minilm).toMatchObject({ texts: 8, rounds: 1, query_tokens: 16, cosine_to: "galen-fp32" });
  expect(results.minilm?.skipped.map(({ name }) => name)).toEqual(["torch-fp32"]);
  const [galen] = results.minilm?.contestants ?? [];
  expect(galen?.cosine).toEqual({ mean: 1, min: 1 });
  expect(galen?.tokens_per_second.median).toBeGreaterThan(0);
  expect(galen?.query_ms.p95).toBeGreaterThanOrEqual(galen?.query_ms.p50 ?? Infinity);
  expect(galen?.start_ms).toBeGreaterThan(galen?.load_ms ?? Infinity);
  const [fp32] = results.profile ?? [];
  expect(fp32?.operators.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 0);
  expect(fp32?.gemm.map(({ inputs, outputs, count }) => [inputs, outputs, count])).toContainEqual([384, 1536, 6]);
  expect(embeddingSection(results)).toContain("Left out: torch-fp32");
  expect(embeddingSection(disturbed(results, 51))).toContain("took up to 51 % of the processors");
  expect(embeddingSection(disturbed(results, 5))).not.toContain("of the processors in these rounds");
  expect(speedPlot(results)).toContain(">Galen fp32</text>");
});

function disturbed(results: EmbedResults, taken_by_others_percent: number): EmbedResults {
  if (results.minilm === null) throw new Error("the contest is missing");
  const contestants = results.minilm.contestants.map((figures) => ({ ...figures, taken_by_others_percent }));
  return { ...results, minilm: { ...results.minilm, contestants } };
}
