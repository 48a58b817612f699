import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { PeersResults } from "./results.ts";

const COMMAND = fileURLToPath(new URL("../peers.bench.ts", import.meta.url));

const corpus = [
  { _id: "d1", title: "Ibuprofen", text: "It can raise blood pressure; ask a pharmacist first." },
  { _id: "d2", title: "", text: "Insulin is injected under the skin of the belly or the thigh." },
  { _id: "d3", title: "Metformin", text: "It lowers blood sugar in type 2 diabetes." },
];
const queries = [{ _id: "q1", text: "How is insulin given?" }];

test("the benchmark runs from end to end where there is no Python", { timeout: 60_000 }, async () => {
  await using directory = await temporaryDirectory();
  const folder = join(directory.path, "drugs");
  await mkdir(folder);
  await writeFile(join(folder, "corpus.jsonl"), jsonl(corpus));
  await writeFile(join(folder, "queries.jsonl"), jsonl(queries));
  await writeFile(join(folder, "test.tsv"), "query-id\tcorpus-id\tscore\nq1\td2\t1\n");
  const output = join(directory.path, "peers.json");
  const options = ["--corpus", folder, "--rounds", "1", "--only", "galen-fp32,txtai", "--python", directory.path];
  const args = ["--conditions=@galen/source", COMMAND, ...options, "--output", output];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const results = PeersResults.parse(JSON.parse(await readFile(output, "utf8")));

  expect(results.corpus).toEqual({ name: "drugs", documents: 3, queries: 1, limited: false });
  expect(results.skipped.map(({ name }) => name)).toEqual(["txtai"]);
  const [galen] = results.contestants;
  expect(galen).toMatchObject({ max_tokens: 256, index: { vectors: 3, vector_index: "flat", times: null } });
  expect(galen?.index.disk_mb).toBeGreaterThan(0);
  expect(galen?.searches.map(({ mode, metrics }) => [mode, metrics["ndcg@10"]])).toEqual([
    ["keyword", 1],
    ["dense", 1],
    ["hybrid", 1],
  ]);
  for (const { p50_ms, p95_ms } of galen?.searches ?? []) expect(p95_ms.median).toBeGreaterThanOrEqual(p50_ms.median);
  expect(stdout).toContain("| hybrid: Galen fp32 | 1.0000 |");
  expect(stdout).toContain("left out: txtai");
});

function jsonl(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
