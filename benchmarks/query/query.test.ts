import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { querySection } from "./page.ts";
import type { QueryResults } from "./page.ts";

const COMMAND = fileURLToPath(new URL("../query.bench.ts", import.meta.url));

test("the benchmark tells the parts of one query", { timeout: 60_000 }, async () => {
  await using directory = await temporaryDirectory();
  const output = join(directory.path, "query.json");
  const args = ["--conditions=@galen/source", COMMAND, "--rounds", "1", "--output", output];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const results = JSON.parse(await readFile(output, "utf8")) as QueryResults;

  expect(stdout).toContain("int8, 16 tokens");
  expect(results.queries.map(({ precision, tokens }) => [precision, tokens])).toEqual([
    ["fp32", 16],
    ["int8", 16],
  ]);
  for (const { whole_ms, parts_us, session_in_turn_us, operators } of results.queries) {
    const { session, messages, tokenizing, rest } = parts_us;
    expect(Math.abs(session + messages + tokenizing + rest - whole_ms.p50 * 1000)).toBeLessThan(10);
    expect(Math.min(session, messages, tokenizing)).toBeGreaterThan(0);
    expect(session_in_turn_us).toHaveLength(11);
    expect(operators.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 0);
  }
  expect(querySection(results)).toContain("| tokenizing |");
});
