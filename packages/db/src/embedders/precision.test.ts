import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SentenceTransformer } from "@galen/core";
import type { ModelPrecision } from "@galen/core";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SqliteCatalogue } from "../catalogue/sqlite-catalogue.ts";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import { connectTables } from "../tables/connection.ts";
import { rowVectors, strings } from "../tables/query-rows.ts";

interface Passage {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

interface Question {
  readonly question: string;
  readonly expected: readonly string[];
  readonly filter?: unknown;
}

const PASSAGES = 40;
/** How far int8 moves when a text is computed in another batch. */
const BATCH_NOISE = 1e-6;
/** Scores are stored with six digits. */
const ROUNDING = 1e-6;

const questions = readDemo<Question>("questions.jsonl").filter(
  ({ expected, filter }) => expected.length > 0 && filter === undefined,
);
const wanted = new Set(questions.slice(0, PASSAGES / 2).flatMap(({ expected }) => expected));
const demo = readDemo<Passage>("passages.jsonl").map(({ id, title, text }) => ({ id, title, text }));
const passages = [...demo.filter(({ id }) => wanted.has(id)), ...demo.filter(({ id }) => !wanted.has(id))].slice(
  0,
  PASSAGES,
);
const known = questions.filter(({ expected }) => expected.every((id) => passages.some((passage) => passage.id === id)));

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let database: Database;

beforeAll(async () => {
  folder = await temporaryDirectory();
  {
    await using filling = await Database.open(folder.path);
    for (const precision of ["fp32", "int8"] as const) {
      const collection = await filling.createCollection({ name: precision, precision });
      const { upserted } = await collection.upsert(passages);
      if (upserted !== PASSAGES) throw new Error(`${upserted} passages were stored`);
    }
  }
  // Everything below is about what a reopened folder gives.
  database = await Database.open(folder.path);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test("an int8 collection finds what the fp32 collection finds", async () => {
  expect(known.length).toBeGreaterThan(10);
  const [exact, fast] = [await database.collection("fp32"), await database.collection("int8")];
  for (const { question, expected } of known) {
    const [right, found] = [await topHits(exact, question), await topHits(fast, question)];
    expect(found[0], question).toBe(right[0]);
    expect(expected, question).toContain(found[0]);
    expect(new Set(found).intersection(new Set(right)).size, question).toBeGreaterThanOrEqual(2);
  }
});

test("its vectors are those of the model in int8, and not those of fp32", async () => {
  const texts = passages.map(({ title, text }) => `${title}\n${text}`);
  const stored = await storedVectors("int8");
  const computed = async (precision: ModelPrecision) => {
    await using model = await SentenceTransformer.load(undefined, { offline: true, precision });
    expect((await (await database.collection(precision)).info()).model).toBe(model.model);
    return await model.encodeDocument(texts, { normalize: true });
  };
  expect(largestDifference(stored, await computed("int8"))).toBeLessThan(BATCH_NOISE);
  expect(largestDifference(stored, await computed("fp32"))).toBeGreaterThan(1000 * BATCH_NOISE);
});

test("its queries are embedded in int8", async () => {
  const fast = await database.collection("int8");
  expect(await fast.info()).toMatchObject({ precision: "int8", model: expect.stringMatching(/:int8$/) as string });
  await using model = await SentenceTransformer.load(undefined, { offline: true, precision: "int8" });
  await using exactModel = await SentenceTransformer.load(undefined, { offline: true });
  const vectors = await storedVectors("int8");
  const stored = new Map(passages.map(({ id }, at) => [id, vectors[at] ?? new Float32Array()]));
  for (const { question } of known.slice(0, 5)) {
    const query = await model.encodeQuery(question, { normalize: true });
    const exactQuery = await exactModel.encodeQuery(question, { normalize: true });
    expect(Math.max(...query.map((value, at) => Math.abs(value - (exactQuery[at] ?? 0))))).toBeGreaterThan(1e-4);
    const { hits } = await fast.search({ query: question, mode: "dense", explain: true });
    for (const { id, explain } of hits) {
      const cosine = dot(query, stored.get(id) ?? new Float32Array());
      expect(Math.abs((explain?.dense?.raw ?? 0) - cosine), id).toBeLessThan(BATCH_NOISE + ROUNDING);
    }
  }
});

async function topHits(collection: Collection, query: string): Promise<string[]> {
  const { hits } = await collection.search({ query, mode: "dense", limit: 3 });
  return hits.map(({ id }) => id);
}

/** What LanceDB holds, in order of `passages`. */
async function storedVectors(collection: string): Promise<Float32Array[]> {
  await using catalogue = await SqliteCatalogue.open(join(folder.path, "catalogue.sqlite"));
  const { table } = (await catalogue.findCollection(collection)) ?? { table: "" };
  const connection = await connectTables(join(folder.path, "tables"));
  const rows = await (await connection.openTable(table)).query().select(["doc_id", "vector"]).toArrow();
  connection.close();
  const vectors = rowVectors(rows, "vector");
  const byId = new Map(strings(rows, "doc_id").map((id, at) => [id, vectors[at]]));
  return passages.map(({ id }) => byId.get(id) ?? new Float32Array());
}

function largestDifference(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  expect(some.map(({ length }) => length)).toEqual(others.map(({ length }) => length));
  return Math.max(
    ...some.flatMap((vector, row) => Array.from(vector, (value, at) => Math.abs(value - (others[row]?.[at] ?? 0)))),
  );
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

function readDemo<Row>(file: string): Row[] {
  const lines = readFileSync(new URL(`../../../../examples/demo-collection/${file}`, import.meta.url), "utf8");
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}
