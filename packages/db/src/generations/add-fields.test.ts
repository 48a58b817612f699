import { setTimeout as pause } from "node:timers/promises";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { DatabaseReader } from "../database-reader.ts";
import { Database } from "../database.ts";
import type { Filter } from "../schemas/filter.ts";

const split = async (text: string) => [
  { start: 0, end: 5 },
  { start: 5, end: text.length },
];

async function openCollection(count = 600) {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const embedder = new FakeEmbedder();
  const loadEmbedder = async () => embedder;
  const database = stack.use(await Database.open(path, { loadEmbedder, split }));
  const collection = await database.createCollection({ name: "c", fields: { kind: "string" } });
  const documents = Array.from({ length: count }, (_, at) => ({
    id: `d${at}`,
    text: `kidney text ${at}`,
    metadata: {
      kind: `k${at % 3}`,
      ...(at % 2 === 0 && { year: 2_000 + (at % 10) }),
      ...(at % 5 === 0 && { when: "2020-02-29", flag: at % 10 === 0, list: ["a", `l${at % 7}`] }),
    },
  }));
  await collection.upsert(documents);
  return {
    database,
    collection,
    embedder,
    path,
    loadEmbedder,
    split,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const fields = { year: "number", when: "date", flag: "boolean", list: "string[]", absent: "string" } as const;
const equalities: Filter[] = [
  { year: 2_004 },
  { year: { in: [2_000, 2_008] } },
  { year: { exists: false } },
  { flag: true },
  { list: "a" },
  { list: { in: ["l3", "l4"] } },
  { kind: "k1", year: 2_002 },
  { not: { year: 2_004 } },
  { or: [{ flag: false }, { year: 2_006 }] },
];

test("fields declared later filter as if they had been declared, and nothing is embedded", async () => {
  await using opened = await openCollection();
  const { collection, embedder } = opened;
  const before = await Promise.all(equalities.map(async (filter) => collection.count(filter)));
  const found = await collection.search({ query: "kidney text 7", limit: 50 });
  const embedded = embedder.documents.length;
  await collection.addFields(fields);
  expect(embedder.documents).toHaveLength(embedded);
  expect(await Promise.all(equalities.map(async (filter) => collection.count(filter)))).toEqual(before);
  expect(await collection.count({ year: { gte: 2_005, lt: 2_009 } })).toBe(120);
  expect(await collection.count({ when: { gt: "2020-01-01" } })).toBe(120);
  expect(await collection.count({ absent: { exists: true } })).toBe(0);
  expect((await collection.search({ query: "kidney text 7", limit: 50 })).hits).toEqual(found.hits);
  expect(await collection.info()).toMatchObject({ fields: { kind: "string", ...fields } });
  expect((await collection.fields()).seen).toEqual([]);
  await collection.upsert([{ id: "new", text: "kidney new", metadata: { year: 1_999, absent: "x" } }]);
  const refused = await collection.upsert([{ id: "bad", text: "kidney bad", metadata: { year: "soon" } }]);
  expect(refused.failed).toMatchObject([{ code: "field_type_mismatch" }]);
  expect(await collection.count({ year: { lt: 2_000 } })).toBe(1);
  await collection.settle();
  expect(await collection.count({ year: { lt: 2_000 }, absent: "x" })).toBe(1);
  expect(await collection.verify()).toMatchObject({ ok: true, documents: 601 });
});

test("documents that do not fit are named, and nothing is changed", async () => {
  await using opened = await openCollection(20);
  const { collection } = opened;
  await collection.upsert([{ id: "odd", text: "kidney odd", metadata: { year: "long ago" } }]);
  await expect(collection.addFields({ flag: "boolean", year: "number" })).rejects.toThrow(
    expect.objectContaining({
      code: "field_type_mismatch",
      details: expect.objectContaining({ field: "year", documents: 1, ids: ["odd"] }),
    }),
  );
  expect(await collection.info()).toMatchObject({ fields: { kind: "string" } });
  expect(await collection.upsert([{ id: "more", text: "kidney more", metadata: { year: "x" } }])).toMatchObject({
    upserted: 1,
  });
  await collection.delete({ ids: ["odd", "more"] });
  await collection.addFields({ flag: "boolean", year: "number" });
  expect(await collection.count({ year: { gte: 2_000 } })).toBe(10);
});

test("declared ones stay, another type and a reserved name are refused", async () => {
  await using opened = await openCollection(4);
  const { collection } = opened;
  await collection.addFields({ kind: "string" });
  await collection.addFields({});
  const invalid = expect.objectContaining({ code: "collection_invalid" });
  await expect(collection.addFields({ kind: "number" })).rejects.toThrow(invalid);
  await expect(collection.addFields({ text: "string" })).rejects.toThrow(invalid);
  await expect(collection.addFields({ "a b": "string" })).rejects.toThrow(invalid);
});

test("writes and searches that run meanwhile succeed, in this process and in a reader", async () => {
  await using opened = await openCollection();
  const { collection, path, loadEmbedder } = opened;
  await using reader = await DatabaseReader.open(path, { loadEmbedder });
  const read = await reader.collection("c");
  expect(await read.count({ year: 2_004 })).toBe(60);
  const controller = new AbortController();
  const writing = (async () => {
    let written = 0;
    for (; !controller.signal.aborted; written++) {
      await collection.upsert([{ id: `w${written}`, text: `kidney w${written}`, metadata: { year: 1_000 + written } }]);
      await collection.search({ query: "kidney", filter: { year: { in: [1_000] } } });
    }
    return written;
  })();
  await collection.addFields(fields);
  controller.abort();
  const written = await writing;
  expect(await collection.count({ year: { lt: 2_000 } })).toBe(written);
  expect(await read.count({ year: { lt: 2_000 } })).toBe(written);
  expect(await read.count({ year: { gte: 2_000 } })).toBe(300);
  expect(await collection.verify()).toMatchObject({ ok: true });
});

test("results from before an indexing anew can be paged through, also when fields were declared before it", async () => {
  await using opened = await openCollection(100);
  const { collection } = opened;
  await collection.addFields({ year: "number" });
  const request = { query: "kidney text", limit: 5, mode: "keyword" } as const;
  const { cursor = "" } = await collection.search(request);
  await collection.reindex({ fields: {} });
  // What was replaced by the declaration is given up by now; the table it had belongs to the generation after it as well.
  await expect.poll(async () => (await collection.verify()).ok).toBe(true);
  await pause(200);
  expect((await collection.search({ ...request, cursor })).hits).toHaveLength(5);
});

test("of declaring fields, indexing anew and restoring only one is done at a time", async () => {
  await using opened = await openCollection(100);
  const { collection, database } = opened;
  const { id } = await database.snapshots.create("c");
  const outcomes = await Promise.allSettled([
    collection.addFields({ year: "number" }),
    collection.reindex({ fields: {} }),
    database.snapshots.restore(id, { replace: true }),
  ]);
  const [done, ...refused] = outcomes;
  expect(done.status).toBe("fulfilled");
  for (const outcome of refused) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "reindex_running" } });
  }
  expect(await collection.verify()).toMatchObject({ ok: true, documents: 100 });
});

test("what was interrupted before the catalogue knew of the fields is made anew", async () => {
  await using opened = await openCollection(40);
  const { collection, database, path, loadEmbedder } = opened;
  // What the first half of the work does, without the second.
  await collection.hold(async ({ table }) => table.addFields({ year: "number" }, (async function* () {})()));
  await database[Symbol.asyncDispose]();
  await using reopened = await Database.open(path, { loadEmbedder, split });
  const again = await reopened.collection("c");
  expect(await again.upsert([{ id: "x", text: "kidney x", metadata: { year: "text" } }])).toMatchObject({
    upserted: 1,
  });
  await again.delete({ ids: ["x"] });
  await again.addFields({ year: "number" });
  expect(await again.count({ year: { gte: 2_005 } })).toBe(await again.count({ year: { in: [2_006, 2_008] } }));
  expect(await again.verify()).toMatchObject({ ok: true, documents: 40 });
});
