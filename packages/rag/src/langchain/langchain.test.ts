import { join } from "node:path";
import type { Collection } from "@galen/db";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { Document } from "@langchain/core/documents";
import { index, RecordManager } from "@langchain/core/indexing";
import { RunnableLambda } from "@langchain/core/runnables";
import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../open-database.ts";
import { GalenEmbeddings, GalenRetriever, GalenVectorStore } from "./index.ts";

interface Setting extends AsyncDisposable {
  readonly collection: Collection;
  readonly embedder: FakeEmbedder;
  readonly store: GalenVectorStore;
}

async function setting(): Promise<Setting> {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const embedder = new FakeEmbedder();
  const database = stack.use(await openDatabase(join(directory.path, "data"), { loadEmbedder: async () => embedder }));
  const collection = await database.createCollection({ name: "store", fields: { year: "number" } });
  const store = await GalenVectorStore.fromExistingCollection({ collection });
  return { collection, embedder, store, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A record manager in memory with a clock that never stands still. */
class MemoryRecords extends RecordManager {
  override lc_namespace = ["galen", "testing"];
  readonly #updatedAt = new Map<string, number>();
  #now = 0;

  async createSchema(): Promise<void> {}

  async getTime(): Promise<number> {
    return (this.#now += 1);
  }

  async update(keys: string[]): Promise<void> {
    this.#now += 1;
    for (const key of keys) this.#updatedAt.set(key, this.#now);
  }

  async exists(keys: string[]): Promise<boolean[]> {
    return keys.map((key) => this.#updatedAt.has(key));
  }

  async listKeys({ before = Infinity }: { before?: number } = {}): Promise<string[]> {
    return [...this.#updatedAt].filter(([, updatedAt]) => updatedAt < before).map(([key]) => key);
  }

  async deleteKeys(keys: string[]): Promise<void> {
    for (const key of keys) this.#updatedAt.delete(key);
  }
}

const foo = new Document({ pageContent: "insulin lowers glucose", metadata: { year: 2001, pub: { pmid: "1" } } });
const bar = new Document({ pageContent: "statins lower cholesterol", metadata: { year: 2010 } });
const withId = ({ pageContent, metadata }: Document, id: string | undefined) =>
  new Document({ ...(id !== undefined && { id }), pageContent, metadata: structuredClone(metadata) });
const contents = (documents: readonly Document[]) => documents.map(({ pageContent }) => pageContent).sort();

describe("GalenEmbeddings", () => {
  test("gives plain arrays of one dimension, for a query and for documents", async () => {
    await using at = await setting();
    const query = await at.store.embeddings.embedQuery("insulin");
    const documents = await at.store.embeddings.embedDocuments(["insulin", "statins"]);
    expect(Array.isArray(query)).toBe(true);
    expect(documents.map((vector) => vector.length)).toEqual([query.length, query.length]);
    expect(documents[0]).toEqual(query);
    expect(await at.store.embeddings.embedDocuments([])).toEqual([]);
  });
});

// The behaviours of LangChain's standard tests for vector stores, which are published for Python only.
describe("GalenVectorStore", () => {
  test("is empty at first", async () => {
    await using at = await setting();
    expect(await at.store.similaritySearch("insulin", 1)).toEqual([]);
  });

  test("adds documents as they are, gives them ids and does not change the input", async () => {
    await using at = await setting();
    const given = [foo, bar].map((document) => withId(document, undefined));
    const ids = await at.store.addDocuments(given);
    expect(new Set(ids).size).toBe(2);
    const found = await at.store.similaritySearch("insulin lowers glucose", 2);
    expect(found).toEqual([withId(foo, ids[0] ?? ""), withId(bar, ids[1] ?? "")]);
    expect(given).toEqual([foo, bar]);
  });

  test("deletes one, several and missing ones", async () => {
    await using at = await setting();
    await at.store.addDocuments([foo, bar, foo], { ids: ["1", "2", "3"] });
    await at.store.delete({ ids: ["2"] });
    expect(contents(await at.store.similaritySearch("statins", 3))).toEqual(contents([foo, foo]));
    await at.store.delete({ ids: ["1", "3", "nothing"] });
    await at.store.delete({ ids: ["nothing"] });
    expect(await at.store.similaritySearch("insulin", 3)).toEqual([]);
  });

  test("adding again under the same ids changes nothing, other content replaces", async () => {
    await using at = await setting();
    const ids = ["1", "2"];
    expect(await at.store.addDocuments([foo, bar], { ids })).toEqual(ids);
    expect(await at.store.addDocuments([foo, bar], { ids })).toEqual(ids);
    expect(await at.collection.count()).toBe(2);
    expect(at.embedder.documents).toHaveLength(2);
    const other = new Document({ pageContent: "insulin is a hormone", metadata: {} });
    await at.store.addDocuments([other], { ids: ["1"] });
    expect(await at.store.getByIds(["1"])).toEqual([withId(other, "1")]);
    expect(await at.collection.count()).toBe(2);
  });

  test("the ids given win over those of the documents, which win over new ones", async () => {
    await using at = await setting();
    const named = withId(foo, "own");
    expect(await at.store.addDocuments([named, bar])).toEqual(["own", expect.stringMatching(/./)]);
    expect(await at.store.addDocuments([named], { ids: ["given"] })).toEqual(["given"]);
    await expect(at.store.addDocuments([foo, bar], { ids: ["one"] })).rejects.toThrow(TypeError);
  });

  test("gets documents by id, in that order, and leaves missing ones out", async () => {
    await using at = await setting();
    await at.store.addDocuments([foo, bar], { ids: ["1", "2"] });
    const found = await at.store.getByIds(["2", "nothing", "1"]);
    expect(found.map(({ id }) => id)).toEqual(["2", "1"]);
    expect(await at.store.getByIds(["nothing"])).toEqual([]);
  });

  test("higher scores are better, filters apply before ranking", async () => {
    await using at = await setting();
    await at.store.addDocuments([bar, foo]);
    const scored = await at.store.similaritySearchWithScore("insulin and glucose", 2);
    expect(scored.map(([{ pageContent }]) => pageContent)).toEqual([foo.pageContent, bar.pageContent]);
    expect(scored[0]?.[1]).toBeGreaterThan(scored[1]?.[1] ?? Infinity);
    const recent = await at.store.similaritySearch("insulin and glucose", 1, { year: { gte: 2005 } });
    expect(contents(recent)).toEqual(contents([bar]));
  });

  test("searches by its own query vectors, refuses foreign vectors and embeddings", async () => {
    await using at = await setting();
    const vectors = await at.store.embeddings.embedDocuments([foo.pageContent]);
    expect(await at.store.addVectors(vectors, [foo], { ids: ["1"] })).toEqual(["1"]);
    const [hit] = await at.store.similaritySearchVectorWithScore(await at.store.embeddings.embedQuery("insulin"), 1);
    expect(hit?.[0].id).toBe("1");
    await expect(at.store.similaritySearchVectorWithScore([1, 0], 1)).rejects.toThrow("takes no vectors");
    await expect(at.store.addVectors([[1, 0]], [foo])).rejects.toThrow("takes no vectors");
    const { collection } = at;
    await expect(
      GalenVectorStore.fromTexts(["x"], {}, new SyntheticEmbeddings({ vectorSize: 4 }), { collection }),
    ).rejects.toThrow("its own model");
  });

  test("is made from texts and from documents", async () => {
    await using at = await setting();
    const { collection } = at;
    const embeddings = await GalenEmbeddings.of(collection);
    await GalenVectorStore.fromTexts(["one thing", "another"], [{ n: 1 }, { n: 2 }], embeddings, { collection });
    const store = await GalenVectorStore.fromDocuments([foo], embeddings, { collection });
    expect(contents(await store.similaritySearch("thing", 4))).toHaveLength(3);
    expect((await store.similaritySearch("another", 1))[0]?.metadata).toEqual({ n: 2 });
  });

  test("a document that cannot be stored is an error that names it, not its content", async () => {
    await using at = await setting();
    const bad = new Document({ pageContent: "secret words", metadata: { year: "old" } });
    const adding = at.store.addDocuments([foo, bad], { ids: ["1", "2"] });
    await expect(adding).rejects.toMatchObject({
      code: "document_invalid",
      details: { failed: [{ index: 1, id: "2", code: "field_type_mismatch" }] },
    });
    await expect(adding).rejects.not.toThrow("secret");
  });

  test("maximal marginal relevance prefers what is new", async () => {
    await using at = await setting();
    const texts = ["insulin lowers glucose", "insulin lowers glucose too", "statins lower glucose"];
    await at.store.addDocuments(texts.map((pageContent) => new Document({ pageContent, metadata: {} })));
    const retriever = at.store.asRetriever({ searchType: "mmr", k: 2, searchKwargs: { fetchK: 3, lambda: 0.2 } });
    const found = await retriever.invoke("insulin lowers glucose");
    expect(found.map(({ pageContent }) => pageContent)).toEqual([texts[0], texts[2]]);
    expect(await at.store.asRetriever(1).invoke("statins")).toHaveLength(1);
  });

  test("works under LangChain's index(): nothing twice, and what is gone is deleted", async () => {
    await using at = await setting();
    const recordManager = new MemoryRecords();
    const docs = ["a", "b", "c"].map(
      (name) => new Document({ pageContent: `text of ${name}`, metadata: { source: name } }),
    );
    const run = (docsSource: Document[]) =>
      index({ docsSource, recordManager, vectorStore: at.store, options: { cleanup: "full", batchSize: 2 } });
    expect(await run(docs)).toEqual({ numAdded: 3, numDeleted: 0, numUpdated: 0, numSkipped: 0 });
    expect(await run(docs)).toEqual({ numAdded: 0, numDeleted: 0, numUpdated: 0, numSkipped: 3 });
    expect(await run(docs.slice(1))).toMatchObject({ numSkipped: 2, numDeleted: 1 });
    expect(contents(await at.store.similaritySearch("text", 4))).toEqual(["text of b", "text of c"]);
  });
});

describe("GalenRetriever", () => {
  test("returns k passages, k of the constructor or of the call, with their places", async () => {
    await using at = await setting();
    const text = "Insulin lowers glucose. It is a hormone.";
    await at.collection.upsert([{ id: "d", title: "Insulin", text: `  ${text}`, metadata: { year: 1921 } }]);
    await at.store.addDocuments([foo, bar]);
    const retriever = new GalenRetriever({ collection: at.collection, k: 3 });
    expect(await retriever.invoke("insulin")).toHaveLength(3);
    expect(await retriever.invoke("insulin", { k: 1 })).toHaveLength(1);
    const [found] = await retriever.invoke("insulin", { filter: { year: 1921 } });
    expect(found).toMatchObject({
      pageContent: text,
      metadata: { year: 1921, document_id: "d", title: "Insulin", start: 2, end: 2 + text.length },
    });
  });

  test("is a runnable with callbacks", async () => {
    await using at = await setting();
    await at.store.addDocuments([foo]);
    const retriever = new GalenRetriever({ collection: at.collection, k: 1 });
    const chain = retriever.pipe(RunnableLambda.from((documents: Document[]) => documents.length));
    expect(await chain.invoke("insulin")).toBe(1);
    const seen: string[] = [];
    const handler = {
      handleRetrieverStart: () => void seen.push("start"),
      handleRetrieverEnd: () => void seen.push("end"),
      awaitHandlers: true,
    };
    await retriever.invoke("insulin", { callbacks: [handler] });
    expect(seen).toEqual(["start", "end"]);
    expect(await retriever.batch(["insulin", "glucose"])).toHaveLength(2);
  });

  test("an abort ends the call at once, before and during the search", async () => {
    await using at = await setting();
    await at.store.addDocuments([foo]);
    const retriever = new GalenRetriever({ collection: at.collection });
    await expect(retriever.invoke("insulin", { signal: AbortSignal.abort() })).rejects.toThrow("abort");
    const controller = new AbortController();
    const asked = retriever.invoke("insulin", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    expect(await retriever.invoke("insulin", { timeout: 20_000 })).toHaveLength(1);
  });
});

test("a collection without vectors is searched by keywords, and offers nothing that needs vectors", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const database = stack.use(await openDatabase(join(directory.path, "data")));
  const collection = await database.createCollection({ name: "store", dense: false });
  const store = await GalenVectorStore.fromExistingCollection({ collection });
  await store.addDocuments([foo, bar]);
  expect(contents(await store.similaritySearch("insulin"))).toEqual([foo.pageContent]);
  expect(contents(await new GalenRetriever({ collection }).invoke("cholesterol"))).toEqual([bar.pageContent]);
  await expect(store.maxMarginalRelevanceSearch("insulin", { k: 1 })).rejects.toThrow(TypeError);
});
