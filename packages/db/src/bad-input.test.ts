import { rm } from "node:fs/promises";
import { join } from "node:path";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import type { Collection } from "./collection.ts";
import { Database } from "./database.ts";
import type { EmbeddedDocument } from "./tables/passage-rows.ts";

const loadEmbedder = async () => new FakeEmbedder({ dimension: 16 });

async function openCollection() {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const database = stack.use(await Database.open(path, { loadEmbedder }));
  const fields = { year: "number", when: "date", list: "string[]", flag: "boolean" } as const;
  const collection = await database.createCollection({ name: "c", fields });
  return { database, collection, path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function cyclic(): object {
  const metadata: Record<string, unknown> = {};
  metadata["self"] = metadata;
  return metadata;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { inner: value };
  return value;
}

describe("a bad document is refused with a code, and the good ones of its batch are stored", () => {
  test.each<[string, unknown, string]>([
    ["NaN in metadata", { text: "x", metadata: { note: Number.NaN } }, "document_invalid"],
    [
      "Infinity in metadata",
      { text: "x", metadata: { note: { deep: [Number.POSITIVE_INFINITY] } } },
      "document_invalid",
    ],
    ["NaN in a declared number", { text: "x", metadata: { year: Number.NaN } }, "document_invalid"],
    ["a field of another type", { text: "x", metadata: { year: "2019" } }, "field_type_mismatch"],
    ["a list with numbers", { text: "x", metadata: { list: ["a", 1] } }, "field_type_mismatch"],
    ["a date of no month", { text: "x", metadata: { when: "2019-13-01" } }, "field_type_mismatch"],
    ["a date of no day", { text: "x", metadata: { when: "2019-02-30" } }, "field_type_mismatch"],
    ["a date beyond what a date can be", { text: "x", metadata: { when: "+999999-01-01" } }, "field_type_mismatch"],
    ["an id of 10 kB", { id: "i".repeat(10_000), text: "x" }, "document_invalid"],
    ["an empty id", { id: "", text: "x" }, "document_invalid"],
    ["an id with a control character", { id: "a\nb", text: "x" }, "document_invalid"],
    ["an id that is half a character", { id: "\ud800", text: "x" }, "document_invalid"],
    ["an id that is no text", { id: { a: 1 }, text: "x" }, "document_invalid"],
    ["metadata of 40 levels", { text: "x", metadata: deep(40) }, "document_invalid"],
    ["metadata of 100,000 levels", { text: "x", metadata: deep(100_000) }, "document_invalid"],
    ["a cycle", { text: "x", metadata: cyclic() }, "document_invalid"],
    ["a BigInt", { text: "x", metadata: { n: 1n } }, "document_invalid"],
    ["the key __proto__", { text: "x", metadata: JSON.parse('{"__proto__":{"polluted":1}}') }, "document_invalid"],
    ["a key of 10 kB", { text: "x", metadata: { ["k".repeat(10_000)]: 1 } }, "document_invalid"],
    ["metadata of 100 kB", { text: "x", metadata: { note: "n".repeat(100_000) } }, "document_too_large"],
    ["a text of 5 million characters", { text: "x".repeat(5_000_000) }, "document_too_large"],
    ["a text of spaces", { text: " \n\t" }, "document_invalid"],
    ["a text that is a number", { text: 1 }, "document_invalid"],
    ["a title of 10 kB", { text: "x", title: "t".repeat(10_000) }, "document_invalid"],
    ["300 tags", { text: "x", tags: Array.from({ length: 300 }, String) }, "document_invalid"],
    ["a revision below 0", { text: "x", if_rev: -1 }, "document_invalid"],
    ["null", null, "document_invalid"],
    ["a function", () => undefined, "document_invalid"],
  ])("%s", async (_name, bad, code) => {
    await using opened = await openCollection();
    const { collection } = opened;
    const result = await collection.upsert([{ id: "before", text: "Good." }, bad, { id: "after", text: "Good." }]);
    expect(result).toMatchObject({ upserted: 2, ids: ["before", "after"], failed: [{ index: 1, code }] });
    expect(result.failed[0]?.message.length).toBeLessThan(300);
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 2 });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test('1 and "1" are one document, and keys of Object are keys like others', async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    const metadata = { constructor: "c", toString: "t", hasOwnProperty: 1, prototype: { constructor: true } };
    await collection.upsert([{ id: 1, text: "One." }]);
    expect(await collection.upsert([{ id: "1", text: "Another.", metadata }])).toMatchObject({ upserted: 1 });
    expect(await collection.count()).toBe(1);
    expect(await collection.get(1)).toMatchObject({ text: "Another.", metadata });
    expect(await collection.count({ constructor: "c" })).toBe(1);
    expect(await collection.delete({ ids: [1, "1"] })).toMatchObject({ deleted: 1 });
  });

  test("reserved and hostile field names are refused when they are declared", async () => {
    await using opened = await openCollection();
    for (const name of [
      "id",
      "text",
      "title",
      "tags",
      "and",
      "or",
      "not",
      "__proto__",
      "a-b",
      "a`b",
      "1a",
      "",
      "a".repeat(65),
    ]) {
      const fields = JSON.parse(`{${JSON.stringify(name)}:"number"}`) as Record<string, "number">;
      await expect(opened.database.createCollection({ name: "other", fields }), name).rejects.toThrow(
        expect.objectContaining({ code: "collection_invalid" }),
      );
    }
    expect(await opened.database.hasCollection("other")).toBe(false);
  });

  test("vectors of a wrong dimension or with NaN, which an embedder gave, fail their documents alone", async () => {
    await using folder = await temporaryDirectory();
    const fake = new FakeEmbedder({ dimension: 16 });
    let bad = new Float32Array(8);
    const embedDocuments = async (texts: readonly string[]) => texts.map(() => bad);
    const wrong = new Proxy(fake, {
      get: (target, name) => (name === "embedDocuments" ? embedDocuments : Reflect.get(target, name, target)),
    });
    await using database = await Database.open(folder.path, { loadEmbedder: async () => wrong });
    const collection = await database.createCollection({ name: "c" });
    for (const vector of [new Float32Array(8), new Float32Array(16).fill(Number.NaN), new Float32Array(17)]) {
      bad = vector;
      const { failed } = await collection.upsert([{ id: "a", text: "x" }]);
      expect(failed).toMatchObject([{ index: 0, id: "a", code: "embedding_invalid" }]);
    }
    expect(await collection.count()).toBe(0);
    bad = new Float32Array(16).fill(0.25);
    expect(await collection.upsert([{ id: "a", text: "x" }])).toMatchObject({ upserted: 1 });
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 1 });
  });
});

/** A row that no write has made. */
async function rowOf(id: string, rev: number): Promise<[EmbeddedDocument, number]> {
  const text = `ghost ${id}`;
  const [vector = new Float32Array()] = await (await loadEmbedder()).embedDocuments([text]);
  const bare = { title: undefined, tags: undefined, metadata: {}, source: undefined, contentHash: "", textHash: "" };
  const now = new Date();
  const passages = [{ start: 0, end: text.length }];
  return [{ id, text, ...bare, passages, vectors: [vector], createdAt: now, updatedAt: now }, rev];
}

describe("catalogue and table that disagree", () => {
  const documents = Array.from({ length: 20 }, (_, at) => ({ id: `d${at}`, text: `kidney text ${at}` }));

  test.each<[string, (collection: Collection) => Promise<void>, object]>([
    [
      "rows of a document that the catalogue does not know",
      (collection) =>
        collection.hold(async ({ table }) => {
          const [row, rev] = await rowOf("ghost", 1);
          await table.replace([row], rev);
        }),
      { orphaned: 1 },
    ],
    [
      "documents without rows",
      (collection) => collection.hold(({ table }) => table.removeDocuments(["d3", "d4"])),
      { missing: 2 },
    ],
    [
      "a row of another revision",
      (collection) =>
        collection.hold(async ({ table }) => {
          const [row, rev] = await rowOf("d5", 99);
          await table.replace([row], rev);
        }),
      { stale: 1, missing: 1 },
    ],
  ])("%s are found, never shown, and mended", async (_name, damage, counts) => {
    await using opened = await openCollection();
    const { collection } = opened;
    await collection.upsert(documents);
    await damage(collection);
    expect(await collection.verify()).toMatchObject({ ok: false, ...counts });
    const { hits } = await collection.search({ query: "ghost kidney", limit: 50 });
    expect(hits.map(({ text }) => text).filter((text) => text.startsWith("ghost"))).toEqual([]);
    const { restored, removed } = await collection.repair();
    expect(restored + removed).toBeGreaterThan(0);
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 20, passages: 20 });
    expect((await collection.search({ query: "kidney", limit: 50 })).hits).toHaveLength(20);
    expect(await collection.repair()).toEqual({ restored: 0, removed: 0 });
  });

  test("a table that is gone is a typed error of its collection alone", async () => {
    await using opened = await openCollection();
    const { database, collection, path } = opened;
    await collection.upsert(documents);
    await (await database.createCollection({ name: "other" })).upsert(documents);
    const { generationId } = collection;
    await database[Symbol.asyncDispose]();
    await rm(join(path, "tables", `c_${generationId}_g1.lance`), { recursive: true });
    await using reopened = await Database.open(path, { loadEmbedder });
    await expect(reopened.collection("c")).rejects.toThrow(expect.objectContaining({ code: "storage_failed" }));
    expect(await (await reopened.collection("other")).count()).toBe(20);
    expect(await reopened.verify()).toMatchObject({
      ok: false,
      collections: [
        { name: "c", ok: false },
        { name: "other", ok: true },
      ],
    });
    await reopened.dropCollection("c");
    expect(await reopened.verify()).toMatchObject({ ok: true });
  });
});

test("what is staged for deletion is not shown any more, in any mode, before it is out of the table", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  await collection.upsert(Array.from({ length: 10 }, (_, at) => ({ id: `d${at}`, text: `kidney text ${at}` })));
  await collection.hold(async ({ catalogue, record, table }) => {
    await catalogue.stageDelete(record.id, ["d3", "d4"]);
    expect(await table.countRows()).toBe(10);
    for (const mode of ["dense", "keyword", "hybrid"] as const) {
      for (const filter of [undefined, { year: { exists: false } }]) {
        const { hits } = await collection.search({ query: "kidney text", mode, limit: 20, ...(filter && { filter }) });
        expect(hits.map(({ id }) => id).sort(), mode).toEqual(["d0", "d1", "d2", "d5", "d6", "d7", "d8", "d9"]);
      }
    }
    expect(await collection.get("d3")).toBeUndefined();
    expect(await collection.count()).toBe(8);
    expect((await collection.list()).documents.map(({ id }) => id)).not.toContain("d4");
  });
});

test("a search that begins after a write has returned sees it", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  const write = async (writer: number) => {
    for (let round = 0; round < 12; round++) {
      const id = `w${writer}r${round}`;
      const { version } = await collection.upsert([{ id, text: `kidney ${id}` }]);
      const [keyword, dense] = await Promise.all([
        collection.search({ query: id, mode: "keyword" }),
        collection.search({ query: `kidney ${id}`, mode: "dense", limit: 200 }),
      ]);
      expect(keyword.hits.map((hit) => hit.id)).toContain(id);
      expect(dense.hits.map((hit) => hit.id)).toContain(id);
      expect((await collection.get(id))?.rev).toBe(version);
      await collection.delete({ ids: [id] });
      expect((await collection.search({ query: id, mode: "keyword" })).hits.map((hit) => hit.id)).not.toContain(id);
    }
  };
  await Promise.all([write(0), write(1), write(2)]);
});
