import { setImmediate as nextTurn } from "node:timers/promises";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import type { LoadEmbedder } from "../embedder.ts";

const words = ["kidney", "insulin", "asthma", "heart", "skin"];

/** How many texts each model has embedded. */
function countingEmbedders() {
  const embedded = new Map<string, number>();
  const loadEmbedder: LoadEmbedder = async (model = "first", { precision }) => {
    const fake = new FakeEmbedder({ model: `${model}:${precision}`, dimension: model === "wide" ? 32 : 16 });
    return {
      model: fake.model,
      dimension: fake.dimension,
      maxTokens: fake.maxTokens,
      countTokens: (texts) => fake.countTokens(texts),
      embedQuery: (text, options) => fake.embedQuery(text, options),
      embedDocuments: (texts, options) => {
        embedded.set(fake.model, (embedded.get(fake.model) ?? 0) + texts.length);
        return fake.embedDocuments(texts, options);
      },
      [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
    };
  };
  return { embedded, loadEmbedder };
}

const documentsFrom = (first: number, count: number, version = 0) =>
  Array.from({ length: count }, (_, at) => ({
    id: `d${first + at}`,
    text: `${words[(first + at) % words.length]} text ${first + at} version ${version}`,
    metadata: { year: 2000 + ((first + at) % 10), kind: `k${at % 3}` },
  }));

async function openFilled(count = 300) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const { embedded, loadEmbedder } = countingEmbedders();
  const database = stack.use(await Database.open(folder.path, { loadEmbedder }));
  const collection = await database.createCollection({ name: "c" });
  await collection.upsert(documentsFrom(0, count), { source: "file" });
  return { folder, database, collection, embedded, loadEmbedder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function contentOf(collection: Collection): Promise<Map<string, string>> {
  const { documents } = await collection.list({ limit: 1_000 });
  return new Map(
    documents.map(({ id, snippet, created_at, updated_at }) => [id, `${snippet} ${created_at} ${updated_at}`]),
  );
}

describe("reindexing", () => {
  test("another model embeds everything anew, and nothing else about the documents changes", async () => {
    await using opened = await openFilled();
    const { collection, database, embedded } = opened;
    await collection.sources.set("file", { hash: "h", documents: 300 });
    const before = await contentOf(collection);
    const { version } = await collection.delete({ ids: ["d7"] });
    before.delete("d7");
    const progress: number[] = [];
    await collection.reindex({ model: "wide" }, { onProgress: ({ done }) => progress.push(done) });
    expect(progress.at(-1)).toBe(299);
    expect(embedded.get("wide:fp32")).toBe(299);
    expect(await contentOf(collection)).toEqual(before);
    expect(await collection.info()).toMatchObject({ model: "wide:fp32", dimension: 32, documents: 299 });
    expect((await collection.info()).reindex).toBeUndefined();
    const { hits } = await collection.search({ query: "kidney text 5 version 0", mode: "dense", limit: 300 });
    expect(hits.find(({ id }) => id === "d5")?.score).toBeCloseTo(1, 5);
    expect((await collection.sources.get("file"))?.hash).toBe("h");
    expect((await collection.delete({ source: "file" })).deleted).toBe(299);
    expect((await collection.upsert(documentsFrom(0, 1))).version).toBeGreaterThan(version);
    expect(await database.verify()).toMatchObject({ ok: true });
  });

  test("other fields keep the vectors: nothing is embedded, and the fields are filtered by their type", async () => {
    await using opened = await openFilled();
    const { collection, embedded } = opened;
    const count = embedded.get("first:fp32");
    await expect(collection.count({ year: { gte: 2005 } })).rejects.toMatchObject({
      code: expect.any(String) as string,
    });
    await collection.reindex({ fields: { year: "number" } });
    expect(embedded.get("first:fp32")).toBe(count);
    expect(await collection.count({ year: { gte: 2005 } })).toBe(150);
    expect(await collection.count({ kind: "k1" })).toBe(100);
    await collection.reindex({ fields: {} });
    expect(await collection.count({ year: 2005 })).toBe(30);
    expect(embedded.get("first:fp32")).toBe(count);
    expect((await collection.upsert(documentsFrom(0, 300))).unchanged).toBe(300);
  });

  test("documents that do not fit a new field are named, and the collection stays as it is", async () => {
    await using opened = await openFilled(20);
    const { collection } = opened;
    await collection.upsert([{ id: "odd", text: "odd", metadata: { year: "last" } }]);
    await expect(collection.reindex({ fields: { year: "number" } })).rejects.toMatchObject({
      code: "field_type_mismatch",
      details: { field: "year", ids: ["odd"] },
    });
    expect(await collection.count({ year: "last" })).toBe(1);
    await collection.delete({ ids: ["odd"] });
    await collection.reindex({ fields: { year: "number" } });
    expect(await collection.count({ year: { lt: 2001 } })).toBe(2);
  });

  test("writers and searchers go on, and nothing that they did is lost", async () => {
    await using opened = await openFilled();
    const { collection, database } = opened;
    const reindexing = { isOver: false };
    const expected = new Map(documentsFrom(0, 300).map(({ id, text }) => [id, text]));
    const writing = (async () => {
      for (let round = 1; round < 1_000 && (!reindexing.isOver || round < 5); round++) {
        const documents = documentsFrom((round * 37) % 300, 20, round);
        expect((await collection.upsert(documents)).failed).toEqual([]);
        for (const { id, text } of documents) expected.set(id, text);
        const gone = `d${(round * 53) % 300}`;
        await collection.delete({ ids: [gone] });
        expected.delete(gone);
      }
    })();
    const searching = (async () => {
      let searches = 0;
      for (; !reindexing.isOver; searches++) {
        await nextTurn(); // a search of vectors in memory may not give up its own
        const { hits } = await collection.search({ query: "kidney text", limit: 50, mode: "dense" });
        expect(hits).toHaveLength(50);
        expect(new Set(hits.map(({ id }) => id)).size).toBe(50);
      }
      return searches;
    })();
    try {
      await collection.reindex({ model: "wide", fields: { year: "number" } });
      await collection.reindex({ model: "first" });
    } finally {
      reindexing.isOver = true;
      await writing;
    }
    expect(await searching).toBeGreaterThan(3);
    const { documents } = await collection.list({ limit: 1_000 });
    expect(new Map(documents.map(({ id, snippet }) => [id, snippet]))).toEqual(expected);
    expect(await database.verify()).toMatchObject({ ok: true });
    expect(await collection.info()).toMatchObject({ model: "first:fp32", documents: expected.size });
  }, 60_000);

  test("a cursor from before goes on after", async () => {
    await using opened = await openFilled(60);
    const { collection } = opened;
    const request = { query: "kidney text", limit: 10, mode: "dense" } as const;
    const first = await collection.search(request);
    await collection.reindex({ model: "wide" });
    const { cursor = "" } = first;
    const second = await collection.search({ ...request, cursor });
    const ids = [...first.hits, ...second.hits].map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    expect(second.hits[0]?.text).toMatch(/text/);
  });

  test("after an abort the old generation serves, and the same call goes on where it stopped", async () => {
    await using opened = await openFilled();
    const { collection, embedded, folder, loadEmbedder, database } = opened;
    const controller = new AbortController();
    const reason = new Error("enough");
    const abort = {
      signal: controller.signal,
      onProgress: ({ done }: { done: number }) => done > 0 && controller.abort(reason),
    };
    await expect(
      collection.reindex({ model: "wide" }, { ...abort, onProgress: (at) => void abort.onProgress(at) }),
    ).rejects.toBe(reason);
    expect(await collection.info()).toMatchObject({
      model: "first:fp32",
      reindex: { state: "interrupted", model: "wide:fp32", documents: 128, total: 300 },
    });
    expect((await database.collections()).map(({ name }) => name)).toEqual(["c"]);
    await database[Symbol.asyncDispose]();
    await using again = await Database.open(folder.path, { loadEmbedder });
    const reopened = await again.collection("c");
    await reopened.reindex({ model: "wide" });
    expect(embedded.get("wide:fp32")).toBe(300);
    expect(await again.verify()).toMatchObject({ ok: true, collections: [{ documents: 300 }] });
  });

  test("other settings begin anew; a second one at a time is refused; a dropped collection takes it along", async () => {
    await using opened = await openFilled();
    const { collection, database } = opened;
    const controller = new AbortController();
    const running = collection.reindex({ model: "wide" }, { signal: controller.signal });
    await expect(collection.reindex({ model: "wide" })).rejects.toMatchObject({ code: "reindex_running" });
    controller.abort();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    await collection.reindex({ precision: "int8" });
    expect(await collection.info()).toMatchObject({ model: "first:int8", precision: "int8", documents: 300 });
    const dropped = collection.reindex({ model: "wide" });
    const outcome = dropped.catch((error: unknown) => error);
    await database.dropCollection("c");
    expect(await outcome).toMatchObject({ code: "database_closed" });
    expect(await database.collections()).toEqual([]);
    await database.createCollection({ name: "c" });
    expect(await database.verify()).toMatchObject({ ok: true });
  });

  test("a request that is none is refused", async () => {
    await using opened = await openFilled(1);
    const { collection } = opened;
    await expect(collection.reindex({ fields: { id: "string" } })).rejects.toMatchObject({
      code: "collection_invalid",
    });
    await expect(collection.reindex({ dimension: 3 } as object)).rejects.toMatchObject({ code: "collection_invalid" });
  });
});

describe("names", () => {
  test("a renamed collection goes on under its new name", async () => {
    await using opened = await openFilled(5);
    const { collection, database } = opened;
    await database.renameCollection("c", "notes");
    expect(collection.name).toBe("notes");
    expect(await database.hasCollection("c")).toBe(false);
    expect(await database.collection("notes")).toBe(collection);
    expect((await collection.upsert(documentsFrom(5, 1))).upserted).toBe(1);
    expect((await collection.info()).documents).toBe(6);
    await expect(database.renameCollection("c", "d")).rejects.toMatchObject({ code: "collection_not_found" });
    await database.createCollection({ name: "c", model: "wide" });
    expect(await collection.info()).toMatchObject({ name: "notes", model: "first:fp32", documents: 6 });
    await expect(database.renameCollection("c", "notes")).rejects.toMatchObject({ code: "collection_exists" });
    await expect(database.renameCollection("c", "a b")).rejects.toMatchObject({ code: "collection_invalid" });
  });

  test("an alias is a name that can be pointed elsewhere", async () => {
    await using opened = await openFilled(5);
    const { collection, database, folder, loadEmbedder } = opened;
    const other = await database.createCollection({ name: "other" });
    expect(await database.setAlias("live", "c")).toEqual({ alias: "live", collection: "c" });
    expect(await database.collection("live")).toBe(collection);
    await collection.reindex({ model: "wide" });
    await database.renameCollection("live", "renamed");
    expect(await database.aliases()).toEqual([{ alias: "live", collection: "renamed" }]);
    await database.setAlias("live", "other");
    expect(await database.collection("live")).toBe(other);
    for (const name of ["renamed", "live", "a b"]) {
      await expect(database.createCollection({ name }), name).rejects.toMatchObject({
        code: /collection_(exists|invalid)/,
      });
    }
    await expect(database.setAlias("other", "renamed")).rejects.toMatchObject({ code: "collection_exists" });
    await expect(database.renameCollection("renamed", "live")).rejects.toMatchObject({ code: "collection_exists" });
    await expect(database.setAlias("x", "nothing")).rejects.toMatchObject({ code: "collection_not_found" });
    await database[Symbol.asyncDispose]();
    await using again = await Database.open(folder.path, { loadEmbedder });
    expect((await again.collection("live")).name).toBe("other");
    await again.dropCollection("live");
    expect(await again.aliases()).toEqual([]);
    expect(await again.removeAlias("live")).toBe(false);
    await again.setAlias("live", "renamed");
    expect(await again.removeAlias("live")).toBe(true);
    await expect(again.collection("live")).rejects.toMatchObject({ code: "collection_not_found" });
  });
});
