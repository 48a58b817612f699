import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import { Database } from "./database.ts";
import type { CollectionConfigInput } from "./schemas/collection.ts";

async function openCollection(config: Omit<CollectionConfigInput, "name">) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const loaded: (string | undefined)[] = [];
  const loadEmbedder = async (model: string | undefined) => {
    loaded.push(model);
    return new FakeEmbedder();
  };
  const database = stack.use(await Database.open(folder.path, { loadEmbedder }));
  const collection = await database.createCollection({ name: "c", ...config });
  return { collection, database, folder, loaded, loadEmbedder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const ids = (hits: readonly { id: string }[]) => hits.map(({ id }) => id);

/** The highlighted words of a text that a query finds. */
const matches = async (config: Omit<CollectionConfigInput, "name">, text: string, query: string) => {
  await using opened = await openCollection({ dense: false, ...config });
  await opened.collection.upsert([{ id: "a", text }]);
  const { hits } = await opened.collection.search({ query });
  return hits.flatMap(({ text: passage, highlights }) => highlights.map(({ start, end }) => passage.slice(start, end)));
};

/** BM25 as Lucene and LanceDB have it, k1 = 1.2, b = 0.75, of texts that need neither stemming nor stop words. */
function bm25(texts: readonly string[], query: string): number[] {
  const split = texts.map((text) =>
    text.split(" ").filter((word) => word !== "" && !["and", "of", "it", "other"].includes(word)),
  );
  const indexed = split.filter((words) => words.length > 0);
  const mean = indexed.reduce((sum, words) => sum + words.length, 0) / indexed.length;
  return split.map((words) => {
    let score = 0;
    for (const term of query.split(" ")) {
      const having = indexed.filter((other) => other.map(singular).includes(term)).length;
      const count = words.filter((word) => singular(word) === term).length;
      const idf = Math.log(1 + (indexed.length - having + 0.5) / (having + 0.5));
      score += (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * words.length) / mean));
    }
    return score;
  });
}

function singular(word: string): string {
  return word.replace(/s$/, "");
}

describe("a collection without vectors", () => {
  const documents = [
    { id: "a", title: "Stones", text: "Kidney stones hurt.", metadata: { year: 1 } },
    { id: "b", text: "Asthma narrows the airways.", metadata: { year: 2 } },
    { id: "c", text: "A stone in the kidney.", tags: ["kidney"] },
  ];

  test("loads no model, is searched by keywords, and everything else works", async () => {
    await using opened = await openCollection({ dense: false, fields: { year: "number" } });
    const { collection, database, folder, loaded, loadEmbedder } = opened;
    expect(await collection.upsert(documents)).toMatchObject({ upserted: 3, failed: [] });
    expect(ids((await collection.search({ query: "stones" })).hits).sort()).toEqual(["a", "c"]);
    expect(ids((await collection.search({ query: "stones", filter: { year: 1 } })).hits)).toEqual(["a"]);
    expect((await collection.search({ query: "stones", explain: true })).hits[0]?.explain?.dense).toBeUndefined();
    for (const mode of ["dense", "hybrid"] as const) {
      await expect(collection.search({ query: "stones", mode })).rejects.toThrow(
        expect.objectContaining({ code: "query_invalid", details: { pointer: "/mode" } }),
      );
    }
    await collection.patch({ documents: [{ id: "b", metadata: { year: 3 } }] });
    await collection.delete({ ids: ["a"] });
    await collection.settle();
    expect(await collection.info()).toMatchObject({ dense: false, dimension: 0, model: "none", documents: 2 });
    expect(await collection.verify()).toMatchObject({ ok: true });
    await database[Symbol.asyncDispose]();
    await using reopened = await Database.open(folder.path, { loadEmbedder });
    const again = await reopened.collection("c");
    expect(await again.upsert([...documents.slice(1, 2), { id: "d", text: "Stone." }])).toMatchObject({ upserted: 2 });
    expect(ids((await again.search({ query: "stone" })).hits).sort()).toEqual(["c", "d"]);
    expect(loaded).toEqual([]);
  });

  test("gets vectors by indexing it anew, and loses them so", async () => {
    await using opened = await openCollection({ dense: false });
    const { collection, loaded } = opened;
    await collection.upsert(documents);
    await collection.reindex({ dense: true });
    expect(await collection.info()).toMatchObject({ dense: true, documents: 3 });
    expect((await collection.search({ query: "stones", explain: true })).hits[0]?.explain).toHaveProperty("dense");
    expect(loaded).toEqual([undefined]);
    await collection.reindex({ dense: false });
    expect(await collection.info()).toMatchObject({ dense: false, model: "none", documents: 3 });
    expect(ids((await collection.search({ query: "asthma" })).hits)).toEqual(["b"]);
  });

  test("has no model", async () => {
    await expect(openCollection({ dense: false, model: "m" })).rejects.toThrow(
      expect.objectContaining({ code: "collection_invalid" }),
    );
  });
});

describe("an analyzer", () => {
  test.each([
    ["english by default", {}, "Running kidneys", "run kidney", ["Running", "kidneys"]],
    ["german", { language: "german" }, "Nierensteine und Häuser", "nierenstein haus", ["Nierensteine", "Häuser"]],
    ["french", { language: "french" }, "Les médicaments prescrits", "medicament", ["médicaments"]],
    ["without stems", { stem: false }, "Running kidneys", "run kidneys", ["kidneys"]],
    ["without stop words", { stop_words: false }, "The kidney", "the", ["The"]],
    ["with stop words of its own", { stop_words: ["kidney"] }, "The kidney", "the kidney", ["The"]],
    ["without lower case", { lower_case: false }, "WHO says who is ill", "WHO", ["WHO"]],
    ["without folding", { ascii_folding: false, language: "french" }, "médicaments", "medicaments", []],
  ] as const)("%s", async (_name, analyzer, text, query, found) => {
    const config = Object.keys(analyzer).length > 0 ? { analyzer } : {};
    // The list of the case is readonly, the one of a request is not.
    expect(await matches(structuredClone(config) as Omit<CollectionConfigInput, "name">, text, query)).toEqual(found);
  });

  test("is kept by the collection and changed by indexing it anew", async () => {
    await using opened = await openCollection({ dense: false, analyzer: { language: "german" } });
    const { collection } = opened;
    await collection.upsert([{ id: "a", text: "Häuser" }]);
    expect(await collection.info()).toMatchObject({ analyzer: { language: "german", stem: true, stop_words: true } });
    expect((await collection.search({ query: "haus" })).hits).toHaveLength(1);
    await collection.reindex({ analyzer: { language: "english" } as never });
    expect(await collection.info()).toMatchObject({ analyzer: { language: "english" } });
    expect((await collection.search({ query: "haus" })).hits).toHaveLength(0);
    expect((await collection.search({ query: "hauser" })).hits).toHaveLength(1);
  });

  test("of an unknown language is refused", async () => {
    await expect(openCollection({ analyzer: { language: "klingon" as never } })).rejects.toThrow(
      expect.objectContaining({ code: "collection_invalid" }),
    );
  });
});

describe("several text fields", () => {
  const documents = [
    { id: "a", title: "kidney stones", text: "drink water often", metadata: { author: "asthma institute" } },
    { id: "b", title: "water", text: "kidney and kidney failure text", metadata: { author: "water works" } },
    { id: "c", title: "other thing", text: "kidney", metadata: { author: "somebody" } },
    { id: "d", text: "nothing of it" },
  ];

  test("add their scores with their boosts, exactly", async () => {
    await using opened = await openCollection({
      dense: false,
      fields: { author: "string" },
      text_fields: { title: { boost: 2 }, text: {}, author: { boost: 0.5 } },
    });
    const { collection } = opened;
    await collection.upsert(documents);
    await collection.settle();
    const query = "kidney water";
    const parts = [
      bm25(
        documents.map(({ title }) => title ?? ""),
        query,
      ),
      bm25(
        documents.map(({ text }) => text),
        query,
      ),
      bm25(
        documents.map(({ metadata }) => metadata?.author ?? ""),
        query,
      ),
    ];
    const expected = documents.flatMap(({ id }, at) => {
      const [title = 0, text = 0, author = 0] = parts.map((scores) => scores[at] ?? 0);
      const score = 2 * title + text + 0.5 * author;
      return score > 0 ? [{ id, score }] : [];
    });
    const { hits } = await collection.search({ query });
    expect(ids(hits)).toEqual(ids(expected.sort((left, right) => right.score - left.score)));
    for (const [at, { score }] of hits.entries()) expect(score).toBeCloseTo(expected[at]?.score ?? 0, 3);
    expect(ids((await collection.search({ query: "institute" })).hits)).toEqual(["a"]);
    expect(ids((await collection.search({ query: "kidney", filter: { author: "somebody" } })).hits)).toEqual(["c"]);
  });

  test("score in hybrid search what one leg missed as they score in keyword search", async () => {
    await using opened = await openCollection({ text_fields: { title: { boost: 3 }, text: {} } });
    const { collection } = opened;
    await collection.upsert(documents);
    const request = { query: "kidney water", limit: 4 };
    const keyword = await collection.search({ ...request, mode: "keyword" });
    const hybrid = await collection.search({ ...request, explain: true });
    const scores = new Map(keyword.hits.map(({ id, score }) => [id, score]));
    expect(hybrid.hits).toHaveLength(4);
    for (const { id, explain } of hybrid.hits) expect(explain?.keyword?.raw).toBeCloseTo(scores.get(id) ?? 0, 5);
  });

  test("can be declared later, and leave what is embedded as it was", async () => {
    await using opened = await openCollection({});
    const { collection } = opened;
    await collection.upsert(documents);
    const dense = await collection.search({ query: "kidney", mode: "dense" });
    await collection.reindex({ text_fields: { title: { boost: 5 } } });
    expect(ids((await collection.search({ query: "kidney", mode: "keyword" })).hits)).toEqual(["a"]);
    expect((await collection.search({ query: "kidney", mode: "dense" })).hits.map(({ score }) => score)).toEqual(
      dense.hits.map(({ score }) => score),
    );
    expect(await collection.info()).toMatchObject({ text_fields: { title: { boost: 5 } } });
    expect(await collection.verify()).toMatchObject({ ok: true });
  });

  test.each([
    ["an unknown field", { other: {} }],
    ["a field of another type", { year: {} }],
    ["none at all", {}],
    ["a boost of nothing", { title: { boost: 0 } }],
  ])("refuse %s", async (_name, text_fields) => {
    await expect(openCollection({ fields: { year: "number" }, text_fields })).rejects.toThrow(
      expect.objectContaining({ code: "collection_invalid" }),
    );
  });
});
