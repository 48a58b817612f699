import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RetrievalEvaluation } from "@galen/rag";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../testing/run-command.ts";
import { RetrievalReport } from "./retrieval-report/retrieval-report.ts";

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
const path = (name: string) => join(folder.path, name);

const CORPUS = [
  ["ibuprofen", "Ibuprofen can raise blood pressure; ask a pharmacist first."],
  ["insulin", "Insulin is injected under the skin of the belly or the thigh."],
  ["metformin", "Metformin lowers blood sugar in type 2 diabetes."],
].map(([_id, text]) => ({ _id, title: "", text }));
const QUERIES = [
  { _id: "1", text: "How is insulin given?" },
  { _id: "2", text: "painkiller and hypertension" },
];

function jsonl(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

beforeAll(async () => {
  folder = await temporaryDirectory();
  await mkdir(path("drugs"));
  await writeFile(path("drugs/corpus.jsonl"), jsonl(CORPUS));
  await writeFile(path("drugs/queries.jsonl"), jsonl(QUERIES));
  await writeFile(path("drugs/test.tsv"), "query-id\tcorpus-id\tscore\n1\tinsulin\t1\n2\tibuprofen\t1\n");
});
afterAll(() => folder[Symbol.asyncDispose]());

describe("eval retrieval", () => {
  it("prints a row a run, and leaves no folder behind", async () => {
    const { code, out, err } = await runHere("eval", "retrieval", path("drugs"));
    expect(code).toBe(0);
    expect(out).toMatch(
      /^sentence-transformers\/all-MiniLM-L6-v2@\w+:mean:normalized:256 on drugs: 2 judged queries\n\n/,
    );
    expect(out).toMatch(/^ +nDCG@10 {2}Recall@10 {2}Recall@100 +MRR@10 +MAP +p50 ms +p95 ms\n/m);
    expect(out).toMatch(/^dense +1\.0000 +1\.0000 +1\.0000 +1\.0000 +1\.0000 +[\d.]+ +[\d.]+$/m);
    expect(out).toMatch(/^keyword +0\.5000 /m);
    expect(out).toMatch(/^hybrid +1\.0000 /m);
    expect(err).toMatch(/^3 documents · 3 passages · indexed in [\d.]+ s\n$/m);
  });

  it("keeps the index that it is told to, and writes a report", async () => {
    const run = () =>
      runHere(
        "eval",
        "retrieval",
        path("drugs"),
        "--run",
        "hybrid",
        "rrf",
        "--index",
        path("kept"),
        "--report",
        path("report"),
        "--json",
      );
    const [first, second] = [await run(), await run()];
    const results = [first, second].map(({ out }) => RetrievalEvaluation.parse(JSON.parse(out)));
    expect(results.map(({ index_seconds: seconds }) => seconds)).toEqual([expect.any(Number), null]);
    expect(results[1]?.runs.map(({ name, options }) => [name, options])).toEqual([
      ["hybrid", { mode: "hybrid" }],
      ["rrf", { mode: "hybrid", fusion: { method: "rrf" } }],
    ]);
    expect((await readdir(path("report"), { recursive: true })).sort()).toEqual([
      "images",
      join("images", "retrieval.svg"),
      "retrieval.json",
      "retrieval.md",
    ]);
    const report = RetrievalReport.parse(JSON.parse(await readFile(path("report/retrieval.json"), "utf8")));
    expect(report.evaluation).toEqual(results[1]);
    expect(await readFile(path("report/retrieval.md"), "utf8")).toContain("| rrf | 1.0000 |");
    expect(await readFile(path("report/images/retrieval.svg"), "utf8")).toMatch(
      /^<svg [^]*nDCG@10 on drugs[^]*<\/svg>\n$/,
    );
  });

  it.each([
    [["nowhere"], "source_not_found"],
    [["drugs", "--split", "dev"], "source_not_found"],
  ])("says what is wrong with %j", async ([name = "", ...rest], code) => {
    const { code: exit, err } = await runHere("eval", "retrieval", path(name), ...rest);
    expect(exit).not.toBe(0);
    expect(err).toContain(code);
  });

  it("refuses runs that it does not know", async () => {
    const { code, err } = await runHere("eval", "retrieval", path("drugs"), "--run", "best");
    expect([code, err]).toEqual([expect.any(Number), expect.stringContaining("log_odds")]);
    expect(code).not.toBe(0);
  });
});
