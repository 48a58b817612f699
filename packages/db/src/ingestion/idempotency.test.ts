import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { Database } from "../database.ts";

const loadEmbedder = async () => new FakeEmbedder();

async function openCollection() {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const database = stack.use(await Database.open(path, { loadEmbedder }));
  return {
    collection: await database.createCollection({ name: "c" }),
    database,
    path,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const documents = [{ text: "Insulin lowers glucose." }, { id: "b", text: "Asthma." }, { text: "" }];

test("a repeated call gets the first answer and writes nothing, in this process and in the next", async () => {
  await using folder = await temporaryDirectory();
  const answers: unknown[] = [];
  for (const round of [0, 1]) {
    await using database = await Database.open(folder.path, { loadEmbedder });
    const collection = round === 0 ? await database.createCollection({ name: "c" }) : await database.collection("c");
    answers.push(await collection.upsert(documents, { idempotencyKey: "call-1" }));
    answers.push(await collection.upsert(documents, { idempotencyKey: "call-1" }));
    expect(await collection.count()).toBe(2);
    expect((await collection.info()).documents).toBe(2);
  }
  expect(answers[0]).toMatchObject({ upserted: 2, version: 1, failed: [{ index: 2 }] });
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test("calls that run at once with one key are made once", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => collection.upsert(documents, { idempotencyKey: "k" })),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await collection.count()).toBe(2);
});

test("another call with the key is refused, whatever its kind, and a failed call is not remembered", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  await collection.upsert(documents, { idempotencyKey: "k" });
  const reused = expect.objectContaining({ code: "idempotency_key_reused" });
  await expect(collection.upsert([{ text: "Other." }], { idempotencyKey: "k" })).rejects.toThrow(reused);
  await expect(collection.upsert(documents, { idempotencyKey: "k", source: "s" })).rejects.toThrow(reused);
  await expect(collection.delete({ ids: ["b"] }, { idempotencyKey: "k" })).rejects.toThrow(reused);
  const patch = { documents: [{ id: "b", metadata: { seen: 1 } }] };
  await expect(collection.patch(patch, { idempotencyKey: "k" })).rejects.toThrow(reused);
  await expect(collection.delete({ filter: { none: { gt: "x" } } }, { idempotencyKey: "d" })).rejects.toThrow(
    expect.objectContaining({ code: "filter_field_unknown" }),
  );
  expect(await collection.delete({ ids: ["b"] }, { idempotencyKey: "d" })).toMatchObject({ deleted: 1 });
  expect(await collection.delete({ ids: ["b"] }, { idempotencyKey: "d" })).toMatchObject({ deleted: 1 });
  expect(await collection.delete({ ids: ["b"] })).toMatchObject({ deleted: 0 });
});

test("a call that crashed before its answer was recorded is made again without doubles", async () => {
  await using opened = await openCollection();
  const { collection, database, path } = opened;
  const first = await collection.upsert(documents, { idempotencyKey: "k" });
  await database[Symbol.asyncDispose]();
  const { default: Sqlite } = await import("better-sqlite3");
  const client = new Sqlite(`${path}/catalogue.sqlite`);
  expect(client.prepare("DELETE FROM idempotency_keys").run().changes).toBe(1);
  client.close();
  await using reopened = await Database.open(path, { loadEmbedder });
  const again = await (await reopened.collection("c")).upsert(documents, { idempotencyKey: "k" });
  expect(again).toMatchObject({ ids: first.ids, upserted: 2, unchanged: 2 });
  expect(await (await reopened.collection("c")).count()).toBe(2);
});

test("an answer is kept through a reindex, for 24 hours, and for its collection alone", async () => {
  await using opened = await openCollection();
  const { collection, database } = opened;
  const first = await collection.upsert(documents, { idempotencyKey: "k" });
  const other = await database.createCollection({ name: "other" });
  expect((await other.upsert([{ id: "x", text: "Skin." }], { idempotencyKey: "k" })).ids).toEqual(["x"]);
  await collection.reindex({ fields: { year: "number" } });
  expect(await collection.upsert(documents, { idempotencyKey: "k" })).toEqual(first);
});

test.each(["", " ", "é", "a\nb", "x".repeat(257)])("the key %j is refused", async (idempotencyKey) => {
  await using opened = await openCollection();
  await expect(opened.collection.upsert(documents, { idempotencyKey })).rejects.toThrow(
    expect.objectContaining({ code: "idempotency_key_invalid" }),
  );
});

test("a call that is not JSON is refused with a key, and without one only its bad document", async () => {
  await using opened = await openCollection();
  const cyclic: Record<string, unknown> = { text: "Skin." };
  cyclic["metadata"] = cyclic;
  await expect(opened.collection.upsert([cyclic], { idempotencyKey: "k" })).rejects.toThrow(
    expect.objectContaining({ code: "idempotency_key_invalid" }),
  );
  expect(await opened.collection.upsert([cyclic, { text: "Rash." }])).toMatchObject({ upserted: 1 });
});
