import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { Database } from "../database.ts";
import type { Metadata } from "../schemas/document.ts";
import { mergePatch } from "./merge-patch.ts";

async function openCollection() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const embedder = new FakeEmbedder();
  const database = stack.use(await Database.open(folder.path, { loadEmbedder: async () => embedder }));
  const collection = await database.createCollection({ name: "c", fields: { year: "number", kind: "string" } });
  return { collection, embedder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const insulin = {
  id: "insulin",
  title: "Insulin",
  text: "Insulin lowers blood glucose.",
  tags: ["diabetes"],
  metadata: { year: 2019, kind: "drug", review: { by: "a", open: true }, list: [1, 2] },
};

// RFC 7396, appendix A, where target and patch are objects.
test.each<[Metadata, Metadata, Metadata]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("merge patch: %j with %j is %j", (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

test("changes metadata, tags and title, keeps the rest, and embeds only what a title changes", async () => {
  await using opened = await openCollection();
  const { collection, embedder } = opened;
  await collection.upsert([insulin], { source: "file" });
  const before = await collection.get("insulin");
  const result = await collection.patch({
    documents: [{ id: "insulin", metadata: { year: 2024, kind: null, review: { open: null } }, tags: null }],
  });
  expect(result).toEqual({ patched: 1, unchanged: 0, missing: [], failed: [], version: 2 });
  expect(await collection.get("insulin")).toEqual({
    id: "insulin",
    title: "Insulin",
    text: insulin.text,
    metadata: { year: 2024, review: { by: "a" }, list: [1, 2] },
    rev: 2,
    passages: before?.passages,
    created_at: before?.created_at,
    updated_at: expect.any(String),
  });
  expect(await collection.count({ year: 2024 })).toBe(1);
  expect(await collection.count({ kind: "drug" })).toBe(0);
  expect(embedder.documents).toHaveLength(1);
  await collection.patch({ documents: [{ id: "insulin", title: "Insulin, human" }] });
  expect(embedder.documents).toHaveLength(2);
  expect((await collection.search({ query: "human", mode: "keyword" })).hits).toHaveLength(1);
  expect(await collection.delete({ source: "file" }), "where it comes from is kept").toMatchObject({ deleted: 1 });
});

test("reports what is missing, what does not fit and what has another revision; the others are changed", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  await collection.upsert([insulin, { id: "b", text: "Asthma." }, { id: "c", text: "Kidney." }]);
  const result = await collection.patch({
    documents: [
      { id: "none", metadata: {} },
      { id: "b", metadata: { year: "soon" } },
      { id: "c", if_rev: 7, metadata: { year: 1 } },
      { id: "insulin", if_rev: 1, metadata: { year: 1 } },
      { id: "b", text: "another text" },
      { id: "b", metadata: { ok: true } },
      { id: "b", metadata: { ok: true } },
      "no patch",
      { id: "none", tags: ["again"] },
    ],
  });
  expect(result).toMatchObject({ patched: 3, unchanged: 1, missing: ["none"], version: 3 });
  expect(result.failed.map(({ index, id, code }) => [index, id, code])).toEqual([
    [1, "b", "field_type_mismatch"],
    [2, "c", "revision_conflict"],
    [4, "b", "document_invalid"],
    [7, undefined, "document_invalid"],
  ]);
  expect(await collection.get("b")).toMatchObject({ metadata: { ok: true } });
});

test("changes all that match a filter, thousands as well", async () => {
  await using opened = await openCollection();
  const { collection, embedder } = opened;
  const documents = Array.from({ length: 1_500 }, (_, at) => ({
    id: `d${at}`,
    text: `Text number ${at}.`,
    metadata: { year: 2000 + (at % 3) },
  }));
  await collection.upsert(documents);
  expect(await collection.patch({ filter: { year: 2001 }, changes: { metadata: { year: 1999 } } })).toMatchObject({
    patched: 500,
    failed: [],
  });
  expect(await collection.count({ year: 2001 })).toBe(0);
  expect(await collection.count({ year: 1999 })).toBe(500);
  expect(embedder.documents).toHaveLength(1_500);
  await expect(collection.patch({ filter: { year: 2000 }, changes: { text: "x" } as never })).rejects.toThrow(
    expect.objectContaining({ code: "document_invalid" }),
  );
  await expect(collection.patch({ filter: undefined as never, changes: {} })).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid" }),
  );
  expect(await collection.verify()).toMatchObject({ ok: true, documents: 1_500 });
});

test("concurrent changes of one document are all made", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  await collection.upsert([insulin]);
  const results = await Promise.all(
    Array.from({ length: 6 }, (_, at) =>
      collection.patch({ documents: [{ id: "insulin", metadata: { [`by_${at}`]: at } }] }),
    ),
  );
  expect(results.map(({ patched }) => patched)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await collection.get("insulin")).toMatchObject({
    metadata: { by_0: 0, by_1: 1, by_2: 2, by_3: 3, by_4: 4, by_5: 5 },
  });
});

test("if_rev of an upsert: 0 creates only, another number replaces only that revision", async () => {
  await using opened = await openCollection();
  const { collection, embedder } = opened;
  expect(await collection.upsert([{ ...insulin, if_rev: 0 }])).toMatchObject({ upserted: 1, failed: [] });
  const again = await collection.upsert([
    { ...insulin, text: "Other.", if_rev: 0 },
    { id: "b", text: "Asthma.", if_rev: 0 },
  ]);
  expect(again).toMatchObject({ upserted: 1, ids: ["b"], failed: [{ index: 0, code: "revision_conflict" }] });
  expect(embedder.documents, "what is refused is not embedded").toHaveLength(2);
  expect(await collection.upsert([{ ...insulin, text: "Other.", if_rev: 1 }])).toMatchObject({ upserted: 1 });
  expect(await collection.get("insulin")).toMatchObject({ text: "Other.", rev: 3 });
  expect(
    await collection.upsert([{ ...insulin, text: "Other.", if_rev: 1 }]),
    "also when nothing would change",
  ).toMatchObject({
    upserted: 0,
    failed: [{ code: "revision_conflict", message: "if_rev: the stored revision is 3" }],
  });
});

test("of concurrent upserts over one revision exactly one succeeds", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  await collection.upsert([insulin]);
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, at) => collection.upsert([{ id: "insulin", text: `Text ${at}.`, if_rev: 1 }])),
  );
  const winners = results.flatMap(({ upserted }, at) => (upserted === 1 ? [at] : []));
  expect(winners).toHaveLength(1);
  expect((await collection.get("insulin"))?.text).toBe(`Text ${winners[0]}.`);
});

test("if_rev of a deletion", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  await collection.upsert([insulin]);
  await expect(collection.delete({ ids: ["insulin"], if_rev: 9 })).rejects.toThrow(
    expect.objectContaining({ code: "revision_conflict", details: { rev: 1 } }),
  );
  await expect(collection.delete({ ids: ["insulin", "b"], if_rev: 1 })).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid" }),
  );
  expect(await collection.count()).toBe(1);
  expect(await collection.delete({ ids: ["insulin"], if_rev: 1 })).toMatchObject({ deleted: 1 });
});
