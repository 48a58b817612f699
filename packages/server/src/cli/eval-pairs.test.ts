import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PairsEvaluation } from "@galen/core";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { finish, runHere, startCommand } from "../testing/run-command.ts";
import { PairsReport } from "./pairs-report/pairs-report.ts";

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
const path = (name: string) => join(folder.path, name);

const PAIRS = [
  ["Can I take ibuprofen with high blood pressure?", "Ibuprofen can raise blood pressure; ask a pharmacist first."],
  ["How is insulin given?", "Insulin is injected under the skin of the belly or the thigh."],
  ["What does metformin do?", "Metformin lowers blood sugar in type 2 diabetes."],
  ["Why do I cough with an ACE inhibitor?", "ACE inhibitors let bradykinin pile up, which makes some people cough."],
  ["Is paracetamol safe for the liver?", "Too much paracetamol damages the liver."],
].map(([question, answer]) => ({ question, answer, year: 2020, empty: " ", nothing: null }));

const FIELDS = ["--a", "question", "--b", "answer"];

beforeAll(async () => {
  folder = await temporaryDirectory();
  const lines = PAIRS.map((pair) => `${JSON.stringify(pair)}\n`).join("");
  await writeFile(path("drugs.jsonl"), lines);
  await writeFile(path("drugs.jsonl.gz"), gzipSync(lines));
});
afterAll(() => folder[Symbol.asyncDispose]());

describe("eval pairs", () => {
  it("prints a table with a row a seed, mean and deviation", async () => {
    const { code, out, err } = await runHere("eval", "pairs", path("drugs.jsonl"), ...FIELDS, "--seeds", "3");
    expect(code).toBe(0);
    expect(out).toMatch(/^sentence-transformers\/all-MiniLM-L6-v2@\w+:mean:normalized:256 on drugs: 5 pairs\n\n/);
    expect(out).toMatch(/^ +Pearson × 100 {2}Spearman × 100\n/m);
    expect(out.match(/^(seed [123]|mean|deviation) +\d+\.\d\d +\d+\.\d\d$/gm)).toHaveLength(5);
    expect(out).toMatch(/\nmean cosine: 0\.\d{3} of matching pairs, 0\.\d{3} of shuffled ones\n$/);
    expect(err).toMatch(/^10 distinct texts · 0 truncated · [\d.]+ s · [\d.]+ texts\/s\n$/m);
  });

  it("computes in the precision that is asked for, and says so", async () => {
    const args = ["eval", "pairs", path("drugs.jsonl"), ...FIELDS, "--seed", "1", "--json", "--precision", "int8"];
    const { code, out } = await runHere(...args);
    expect([code, (JSON.parse(out) as { model: string }).model]).toEqual([0, expect.stringMatching(/:int8$/)]);
  });

  it("prints one JSON document, the same for the same seed from a packed file", async () => {
    const runs = ["drugs.jsonl", "drugs.jsonl.gz"].map((name) =>
      runHere("eval", "pairs", path(name), ...FIELDS, "--seed", "7", "--json"),
    );
    const [plain, packed] = await Promise.all(runs);
    expect([plain?.code, plain?.err]).toEqual([0, ""]);
    const result = PairsEvaluation.parse(JSON.parse(plain?.out ?? ""));
    expect(result).toMatchObject({ dataset: "drugs", pairs: 5, texts: 10, seeds: [{ seed: 7 }] });
    expect(result.pearson).toEqual({ mean: result.seeds[0]?.pearson, deviation: null });
    expect(result.pearson.mean).toBeGreaterThan(60);
    expect(PairsEvaluation.parse(JSON.parse(packed?.out ?? "")).seeds).toEqual(result.seeds);
  });

  it("takes the first pairs only, and says that texts repeat", async () => {
    const twice = [PAIRS[0], PAIRS[0], PAIRS[1]].map((pair) => JSON.stringify(pair));
    await writeFile(path("twice.jsonl"), [...twice, "no json"].join("\n"));
    const { code, err } = await runHere("eval", "pairs", path("twice.jsonl"), ...FIELDS, "--limit", "3");
    expect([code, err]).toEqual([0, expect.stringContaining("texts repeat: up to 1 shuffled pair of a seed")]);
  });

  it("writes a report, over an earlier one", async () => {
    const report = path("report");
    for (const run of [1, 2]) {
      const { code, err } = await runHere("eval", "pairs", path("drugs.jsonl"), ...FIELDS, "--report", report);
      expect([code, err], `run ${run}`).toEqual([0, expect.stringContaining("evaluation.md\n")]);
    }
    expect((await readdir(report, { recursive: true })).sort()).toEqual([
      "evaluation.json",
      "evaluation.md",
      "images",
      join("images", "evaluation.svg"),
    ]);
    const { evaluation } = PairsReport.parse(JSON.parse(await readFile(join(report, "evaluation.json"), "utf8")));
    const page = await readFile(join(report, "evaluation.md"), "utf8");
    expect(page).toContain(`**${evaluation.pearson.mean.toFixed(2)} ± ${evaluation.pearson.deviation?.toFixed(2)}**`);
    expect(page).toContain("published, not measured here");
    expect(page).not.toContain(folder.path);
  });

  it.each([
    ["a missing file", ["nowhere.jsonl", ...FIELDS], 1, "source_not_found", ""],
    ["a folder", ["", ...FIELDS], 1, "source_unreadable", ""],
    ["no field", ["drugs.jsonl", "--a", "question"], 2, "usage", "--b <field>"],
    ["a field that is not there", ["drugs.jsonl", "--a", "question", "--b", "anser"], 1, "field_missing", "line 1"],
    ["a field of numbers", ["drugs.jsonl", "--a", "question", "--b", "year"], 1, "field_missing", "is a number"],
    ["a field of null", ["drugs.jsonl", "--a", "question", "--b", "nothing"], 1, "field_missing", "is null"],
    ["an empty text", ["drugs.jsonl", "--a", "empty", "--b", "answer"], 1, "field_missing", "is empty"],
    ["an inherited name", ["drugs.jsonl", "--a", "constructor", "--b", "answer"], 1, "field_missing", "line 1"],
    ["both kinds of seed", ["drugs.jsonl", ...FIELDS, "--seed", "1", "--seeds", "2"], 2, "usage", ""],
    ["no seeds", ["drugs.jsonl", ...FIELDS, "--seeds", "0"], 2, "usage", "from 1 to 1000"],
    ["a negative seed", ["drugs.jsonl", ...FIELDS, "--seed", "-1"], 2, "usage", "from 0"],
    ["a seed of letters", ["drugs.jsonl", ...FIELDS, "--seed", "one"], 2, "usage", "whole number"],
    ["one pair", ["drugs.jsonl", ...FIELDS, "--limit", "1"], 2, "usage", ""],
    ["an unknown model", ["drugs.jsonl", ...FIELDS, "--model", "./no-such-model"], 1, "model_not_found", ""],
    ["another precision", ["drugs.jsonl", ...FIELDS, "--precision", "int4"], 2, "usage", ""],
  ])("refuses %s", async (_name, [file = "", ...args], expected, codeName, message) => {
    const { code, out, err } = await runHere("eval", "pairs", path(file), ...args);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toMatch(new RegExp(`^error: .*\\n(cause: .*\\n)*hint: .*\\ncode: {2}${codeName} `, "m"));
    expect(err).toContain(message);
  });

  it.each([
    [
      "a line that is no JSON",
      '{"question":"canary","answer":"canary"}\n{"question":"canary',
      "record_invalid",
      "line 2",
    ],
    ["a line that is no object", '["canary"]\n', "record_invalid", "line 1"],
    ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0x0a]), "record_invalid", "line 1"],
    ["a damaged archive", gzipSync("canary ".repeat(500)).subarray(0, 40), "source_unreadable", "cut off"],
    ["no pairs", "", "pairs_invalid", "there are 0"],
    ["the same pair twice", '{"question":"canary","answer":"x"}\n'.repeat(2), "correlation_undefined", ""],
  ])("refuses %s, without its text", async (_name, content, codeName, message) => {
    await writeFile(path("bad.jsonl"), content);
    const { code, out, err } = await runHere("eval", "pairs", path("bad.jsonl"), ...FIELDS);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`code:  ${codeName} `);
    expect(err).toContain(message);
    expect(err).not.toContain("canary");
  });

  it("fails when the report cannot be written", async () => {
    const run = await runHere("eval", "pairs", path("drugs.jsonl"), ...FIELDS, "--report", path("drugs.jsonl"));
    expect([run.code, run.out, run.err]).toEqual([1, "", expect.stringContaining("code:  output_not_writable ")]);
  });

  it("stops at Ctrl-C", async () => {
    const lines = Array.from({ length: 400 }, (_, index) =>
      JSON.stringify({ question: `What is topic ${index}?`, answer: `Topic ${index} is long. `.repeat(20) }),
    );
    await writeFile(path("many.jsonl"), lines.join("\n"));
    const child = startCommand(["eval", "pairs", path("many.jsonl"), ...FIELDS, "--report", path("never")]);
    // The first line of progress says that texts are being embedded.
    child.stderr?.once("data", () => child.kill("SIGINT"));
    const { code, out, err } = await finish(child);
    expect([code, out, err]).toEqual([130, "", expect.stringContaining("code:  interrupted ")]);
    expect(await readdir(folder.path)).not.toContain("never");
  });

  it("explains itself without a dataset", async () => {
    expect(await runHere("eval", "pairs")).toMatchObject({ code: 2, err: expect.stringContaining("--a <field>") });
    expect(await runHere("eval")).toMatchObject({ code: 2 });
    const { code, out } = await runHere("eval", "pairs", "--help");
    expect([code, out]).toEqual([0, expect.stringContaining("$ galen eval pairs pubmedqa.jsonl.gz --a question")]);
  });
});
