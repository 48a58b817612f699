import { blobOf, FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { Collection } from "./collection.ts";
import { DatabaseReader } from "./database-reader.ts";
import { Database } from "./database.ts";
import type { CollectionConfigInput } from "./schemas/collection.ts";

/** Models by name: another one is another hash of the same words. */
class Models {
  readonly own = new FakeEmbedder({ dimension: 64 });
  readonly clinical = new FakeEmbedder({ model: "fake-clinical", dimension: 96 });

  readonly loadEmbedder = async (name: string | undefined) => (name === "clinical" ? this.clinical : this.own);

  /** Texts that each has embedded since the last question. */
  counts(): { own: number; clinical: number } {
    const counts = { own: this.own.documents.length, clinical: this.clinical.documents.length };
    this.own.documents.length = 0;
    this.clinical.documents.length = 0;
    return counts;
  }
}

const documents = [
  { id: "dose", text: "Metformin is given twice a day." },
  { id: "skin", text: "Eczema itches. Eczema itches. Eczema itches." },
  { id: "kidney", text: "Kidneys clear metformin." },
];

async function openCollection(config: Partial<CollectionConfigInput> = {}) {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const models = new Models();
  const database = stack.use(await Database.open(path, { loadEmbedder: models.loadEmbedder }));
  const collection = await database.createCollection({ name: "c", ...config });
  await collection.upsert(documents);
  return { path, models, database, collection, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const clinical = { clinical: { model: "clinical", metric: "dot" } } as const;

async function found(collection: Pick<Collection, "search">, vectors?: string) {
  const request = {
    query: "eczema itches",
    mode: "dense",
    explain: true,
    ...(vectors !== undefined && { vectors }),
  } as const;
  const { hits } = await collection.search(request);
  return hits.map(({ id, score, explain }) => ({ id, score, metric: explain?.dense?.metric }));
}

test("a search by further vectors uses their model and metric, in this process, after reopening, and in a reader", async () => {
  await using opened = await openCollection({ vectors: clinical });
  const { path, models, collection, database } = opened;
  expect(models.counts()).toEqual({ own: 3, clinical: 3 });
  const own = await found(collection);
  expect(own[0]).toMatchObject({ id: "skin", metric: "cosine" });
  const further = await found(collection, "clinical");
  // Each of two words three times, and each once in the question.
  expect(further[0]).toEqual({ id: "skin", score: 6, metric: "dot" });
  expect(await found(collection, "default")).toEqual(own);
  expect(await collection.info()).toMatchObject({
    metric: "cosine",
    vectors: { clinical: { model: "fake-clinical", precision: "fp32", dimension: 96, metric: "dot" } },
  });
  const hybrid = await collection.search({ query: "eczema itches", vectors: "clinical" });
  expect(hybrid.hits[0]?.score, "best of both legs").toBeCloseTo(1, 5);
  {
    await using reader = await DatabaseReader.open(path, models);
    expect(await found(await reader.collection("c"), "clinical")).toEqual(further);
  }
  await database[Symbol.asyncDispose]();
  await using again = await Database.open(path, models);
  const reopened = await again.collection("c");
  expect(await found(reopened, "clinical")).toEqual(further);
  expect(await reopened.upsert(documents)).toMatchObject({ unchanged: 3 });
  await reopened.patch({ documents: [{ id: "dose", metadata: { seen: true } }] });
  expect(models.counts()).toEqual({ own: 0, clinical: 0 });
  await reopened.upsert([{ id: "dose", text: "Metformin is given once a day." }]);
  expect(models.counts()).toEqual({ own: 1, clinical: 1 });
  expect(await reopened.verify()).toMatchObject({ ok: true, documents: 3 });
});

test("indexing anew embeds what is new, and nothing else", async () => {
  await using opened = await openCollection();
  const { models, collection } = opened;
  models.counts();
  await collection.reindex({ vectors: clinical });
  expect(models.counts()).toEqual({ own: 0, clinical: 3 });
  expect((await found(collection, "clinical"))[0]).toMatchObject({ id: "skin", metric: "dot" });
  await collection.reindex({ vectors: { ...clinical, near: { model: "clinical", metric: "l2" } } });
  expect(models.counts(), "dot and l2 are of the same vectors, but have a name each").toEqual({ own: 0, clinical: 3 });
  await collection.reindex({ fields: { year: "number" } });
  expect(models.counts(), "vectors that are not named stay").toEqual({ own: 0, clinical: 0 });
  const near = new Map((await found(collection, "near")).map(({ id, score }) => [id, score]));
  expect(near.get("skin"), "d² = 2 × 2²").toBeCloseTo(1 / 9, 5);
  await collection.reindex({ metric: "l2" });
  expect(models.counts(), "they are no longer scaled").toEqual({ own: 3, clinical: 0 });
  expect((await found(collection))[0]).toMatchObject({ metric: "l2" });
  await collection.reindex({ metric: "dot" });
  expect(models.counts(), "compared in another way").toEqual({ own: 0, clinical: 0 });
  await collection.reindex({ vectors: {} });
  expect(models.counts()).toEqual({ own: 0, clinical: 0 });
  expect(await collection.info()).not.toHaveProperty("vectors");
  await expect(found(collection, "clinical")).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid", message: "The collection has no vectors named clinical." }),
  );
});

test("snapshots and repairs keep further vectors; an import embeds what the file lacks", async () => {
  await using opened = await openCollection({ vectors: clinical, metric: "l2" });
  const { models, database, collection } = opened;
  const before = [await found(collection), await found(collection, "clinical")];
  models.counts();
  const { id } = await database.snapshots.create("c");
  await collection.delete({ ids: ["skin"] });
  const restored = await database.snapshots.restore(id, { name: "restored" });
  expect([await found(restored), await found(restored, "clinical")]).toEqual(before);
  expect(await restored.info()).toMatchObject({ metric: "l2", vectors: { clinical: { metric: "dot" } } });
  expect(models.counts()).toEqual({ own: 0, clinical: 0 });
  const file = await blobOf(restored.export("jsonl", { vectors: true }));
  const copy = await database.createCollection({ name: "copy", vectors: clinical, metric: "dot" });
  expect(await copy.import("jsonl", file)).toMatchObject({ upserted: 3, failed_total: 0 });
  expect(models.counts(), "l2 and dot are of the same vectors").toEqual({ own: 0, clinical: 3 });
  expect(await found(copy, "clinical")).toEqual(before[1]);
  const scaled = await database.createCollection({ name: "scaled" });
  await scaled.import("jsonl", file);
  expect(models.counts(), "cosines are of others").toEqual({ own: 3, clinical: 0 });
});

test.each<Partial<Record<keyof CollectionConfigInput, unknown>>>([
  { vectors: { default: {} } },
  { vectors: { "Not a name": {} } },
  { vectors: { a: { dimension: 3 } } },
  { vectors: Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`v${at}`, {}])) },
  { dense: false, vectors: { a: {} } },
  { dense: false, metric: "l2" },
  { metric: "manhattan" },
])("refuses %j", async (config) => {
  await using opened = await openCollection();
  const asked = { name: "other", ...config } as CollectionConfigInput;
  await expect(opened.database.createCollection(asked)).rejects.toThrow(
    expect.objectContaining({ code: "collection_invalid" }),
  );
});

test("a keyword search uses no vectors, and a model that has changed is an error of its vectors alone", async () => {
  await using opened = await openCollection({ vectors: clinical });
  const { path, models, database, collection } = opened;
  await expect(collection.search({ query: "x", mode: "keyword", vectors: "clinical" })).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid" }),
  );
  await database[Symbol.asyncDispose]();
  const other = new FakeEmbedder({ model: "another", dimension: 96 });
  const loadEmbedder = async (name: string | undefined) => (name === "clinical" ? other : models.own);
  await using again = await Database.open(path, { loadEmbedder });
  const reopened = await again.collection("c");
  expect(await found(reopened)).toHaveLength(3);
  const mismatch = expect.objectContaining({ code: "collection_model_mismatch" });
  await expect(found(reopened, "clinical")).rejects.toThrow(mismatch);
  await expect(reopened.upsert([{ id: "new", text: "New." }])).rejects.toThrow(mismatch);
});
