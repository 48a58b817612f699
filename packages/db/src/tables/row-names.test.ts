import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { beforeAll, afterAll, expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";

const resources = new AsyncDisposableStack();
let collection: Collection;

beforeAll(async () => {
  const folder = resources.use(await temporaryDirectory());
  const database = resources.use(await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() }));
  collection = await database.createCollection({ name: "c" });
});
afterAll(() => resources.disposeAsync());

const found = async (query: string, mode: "hybrid" | "keyword" = "keyword") =>
  (await collection.search({ query, mode, limit: 100 })).hits.map(({ id }) => id).sort();

// Row ids outlive updates and compaction, and are not given again: what is remembered of a row stays true.
test("words are found in the documents that have them, whatever was written, deleted and compacted since they were first found", async () => {
  const ids = Array.from({ length: 30 }, (_, at) => `d${at}`).sort();
  await collection.upsert(ids.map((id) => ({ id, text: `kidney ${id}` })));
  expect(await found("kidney")).toEqual(ids);
  await collection.upsert([
    { id: "d3", text: "heart" },
    { id: "new", text: "kidney anew" },
  ]);
  await collection.delete({ ids: ["d4", "d5"] });
  const left = [...ids.filter((id) => !["d3", "d4", "d5"].includes(id)), "new"].sort();
  expect(await found("kidney")).toEqual(left);
  expect(await found("heart")).toEqual(["d3"]);
  await collection.upsert([{ id: "d4", text: "heart again" }]);
  for (let at = 0; at < 20; at++) await collection.upsert([{ id: `e${at}`, text: `lung ${at}` }]);
  await collection.settle();
  expect(await found("kidney")).toEqual(left);
  expect(await found("heart")).toEqual(["d3", "d4"]);
  expect(await found("lung")).toHaveLength(20);
});

test("every passage has the score that it has when it is asked for alone, the best of them and ties in front", async () => {
  const many = Array.from({ length: 300 }, (_, at) => ({
    id: `m${at}`,
    text: `${at % 8 === 0 ? "renal" : "stone ".repeat(1 + (at % 5))} word${at}`,
  }));
  await collection.upsert(many);
  await collection.settle();
  const query = { text: "stone renal" };
  await collection.hold(async ({ table }) => {
    await expect.poll(() => table.residentRows).toBeDefined();
    const all = await table.allMatching(query, undefined);
    expect(all?.length).toBe(300);
    const best = all?.best(10) ?? [];
    const renal = many.filter((_, at) => at % 8 === 0).map(({ id }) => `${id}#0`);
    expect(best.map(({ id }) => id).sort()).toEqual(renal.sort());
    for (const { id } of many.slice(0, 20)) {
      const [alone] = await table.matching(query, { where: `doc_id = '${id}'`, limit: 5 });
      expect(all?.score(`${id}#0`)).toBe(alone?.score);
    }
    expect(all?.score("d1#0")).toBe(0);
    expect((await table.allMatching(query, "doc_id IN ('m1', 'm2', 'd1')"))?.length).toBe(2);
  });
});
