import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { Database } from "@galen/db";
import { describe, expect, test } from "vitest";
import { openBeirFolder } from "./beir-folder.ts";
import { evaluateRetrieval } from "./evaluate-retrieval.ts";

const corpus = [
  { _id: "d1", title: "Kidney stones", text: "They cause sudden pain." },
  { _id: "d2", title: "", text: "Metformin lowers sugar." },
  { _id: 3, title: "Only a title", text: "" },
  { _id: "empty", title: "", text: "" },
  { _id: "q1", title: "Kidney", text: "The query itself: kidney pain." },
];
const queries = [
  { _id: "q1", text: "kidney stones pain" },
  { _id: "q2", text: "metformin sugar" },
  { _id: "unjudged", text: "nothing" },
  { _id: "irrelevant", text: "nothing either" },
];
const judgments = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\nq2\tmissing\t1\nirrelevant\td1\t0\n";

const loadEmbedder = async () => new FakeEmbedder();

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await temporaryDirectory();
  await mkdir(join(folder.path, "set", "qrels"), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, "set", name), content);
  return { path: join(folder.path, "set"), folder, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const jsonl = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const whole = {
  "corpus.jsonl.gz": gzipSync(jsonl(corpus)),
  "queries.jsonl": jsonl(queries),
  "qrels/test.tsv": judgments,
};

test("fills a collection once, searches in every run, and leaves the query's own document out", async () => {
  await using given = await folderOf(whole);
  const folder = await openBeirFolder(given.path);
  expect(folder.queries.map(({ id }) => id)).toEqual(["q1", "q2"]);
  await using database = await Database.open(join(given.folder.path, "data"), { loadEmbedder });
  const collection = await database.createCollection({ name: "set" });
  const seen: string[] = [];
  const onProgress = ({ stage, done }: { stage: string; done: number }) => seen.push(`${stage} ${done}`);
  const result = await evaluateRetrieval(collection, folder, { runs: ["keyword", "hybrid", "rrf"], onProgress });
  expect(result).toMatchObject({ dataset: "set", model: "fake-words", documents: 4, queries: 2 });
  expect(result.index_seconds).toBeGreaterThan(0);
  expect(result.runs.map(({ name }) => name)).toEqual(["keyword", "hybrid", "rrf"]);
  for (const { metrics } of result.runs) {
    // q1: first. q2: the only one that exists is first, and one of two is found: (1 + 0.5) / 2.
    expect(metrics).toMatchObject({ "mrr@10": 1, "recall@10": 0.75, "recall@100": 0.75, map: 0.75 });
    // DCG 2 of an ideal 2 + 1/log2(3).
    expect(metrics["ndcg@10"]).toBeCloseTo((1 + 2 / (2 + 1 / Math.log2(3))) / 2, 9);
  }
  expect(seen).toEqual(["index 4", "keyword 1", "keyword 2", "hybrid 1", "hybrid 2", "rrf 1", "rrf 2"]);
  expect(await evaluateRetrieval(collection, folder, { queries: 1 })).toMatchObject({
    index_seconds: null,
    queries: 1,
  });
});

describe("a folder that cannot be used is refused with its place", () => {
  test.each<[string, Record<string, string>, { code: string; message?: string }]>([
    ["no corpus", { "queries.jsonl": jsonl(queries), "test.tsv": judgments }, { code: "source_not_found" }],
    ["no judgments", { "corpus.jsonl": jsonl(corpus), "queries.jsonl": jsonl(queries) }, { code: "source_not_found" }],
    [
      "a broken line",
      { "corpus.jsonl": "", "queries.jsonl": '{"_id":"q1","text":"a"}\n{', "test.tsv": judgments },
      { code: "record_invalid" },
    ],
    [
      "no id",
      { "corpus.jsonl": "", "queries.jsonl": '{"text":"a"}', "test.tsv": judgments },
      { code: "field_missing", message: "queries, line 1: the field _id is no text" },
    ],
    [
      "no number",
      { "corpus.jsonl": "", "queries.jsonl": jsonl(queries), "test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\tmuch" },
      { code: "record_invalid", message: "test.tsv, line 2: not a query, a document and a number between tabs" },
    ],
    [
      "no relevant document",
      { "corpus.jsonl": "", "queries.jsonl": jsonl(queries), "test.tsv": "x\td1\t1\n" },
      { code: "source_invalid" },
    ],
  ])("%s", async (_, files, problem) => {
    await using given = await folderOf(files);
    await expect(openBeirFolder(given.path)).rejects.toThrow(expect.objectContaining(problem));
  });

  test("documents without an id", async () => {
    await using given = await folderOf({ ...whole, "corpus.jsonl": '{"text":"x"}\n' });
    const folder = await openBeirFolder(given.path);
    await expect(Array.fromAsync(folder.documents())).rejects.toThrow(
      expect.objectContaining({ code: "field_missing" }),
    );
  });
});
