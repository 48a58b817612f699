import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { Database } from "../database.ts";
import { Embeddings } from "./embeddings.ts";
import type { EmbeddingsDocument } from "./embeddings-document.ts";
import { M6 } from "./m6.fixture.ts";
import { loadToyEmbedder, toyVector } from "./toy-embedder.fixture.ts";

const loadEmbedder = loadToyEmbedder;
const all = "select indexid, id, text, tags, entry, data from txtai order by indexid";

const documents: EmbeddingsDocument[] = [
  ...M6,
  { id: "x", text: "insulin", title: "stroke", n: { k: [1] }, tags: ["a", "b"] },
  ["x", "insulin again", "tag"],
  ["section:7", "an id like a row's"],
  [3, ["tokens", "of", "three"]],
];

async function answers(embeddings: Embeddings<true>): Promise<readonly unknown[]> {
  return [
    await embeddings.search(all, 99),
    await embeddings.search("stroke", 9, { index: "titles" }),
    await embeddings.count(),
    await embeddings.info(),
  ];
}

test("what was indexed is there after opening again, to the row", async () => {
  await using folder = await temporaryDirectory();
  const indexes = { titles: { columns: { text: "title" } }, words: { keyword: true } };
  const options = { data: folder.path, hybrid: true, content: true, indexes, loadEmbedder } as const;
  let before: unknown;
  {
    await using embeddings = new Embeddings(options);
    await embeddings.index(documents);
    await embeddings.upsert([["x", "insulin anew"], "one more"]);
    before = await answers(embeddings);
  }
  const embedded: string[] = [];
  const loadCounting = async () => ({
    ...(await loadToyEmbedder()),
    embedDocuments: async (texts: readonly string[]) => {
      embedded.push(...texts);
      return texts.map(toyVector);
    },
  });
  await using embeddings = new Embeddings({ ...options, loadEmbedder: loadCounting });
  expect(await answers(embeddings)).toEqual(before);
  expect((await embeddings.search("insulin risk", 9)).length).toBeGreaterThan(5);
  expect(await embeddings.search("anew", 1, { index: "words" })).toMatchObject([{ id: "x" }]);
  expect(embedded).toEqual([]);
});

test("unchanged texts are not embedded again", async () => {
  const embedder = new FakeEmbedder();
  await using embeddings = new Embeddings({ content: true, loadEmbedder: async () => embedder });
  await embeddings.index([["a", "kidney"]]);
  await embeddings.upsert([{ id: "a", text: "kidney", year: 2020 }]);
  expect(embedder.documents).toEqual(["kidney"]);
  expect(await embeddings.search("select year from txtai where id = 'a'")).toEqual([{ year: 2020 }]);
});

test("an index of before there were rows is read, and written on", async () => {
  await using folder = await temporaryDirectory();
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    const collection = await database.createCollection({ name: "embeddings-4" });
    await collection.upsert([
      { id: "stones", text: "kidney stones hurt", tags: ["renal"] },
      { id: 7, text: "insulin", metadata: { id: 7, year: 2021 } },
    ]);
    await collection.sources.set("embeddings:complete", { hash: "8", documents: 2 });
    await database.createCollection({ name: "embeddings-5" });
  }
  await using pairs = new Embeddings({ data: folder.path, loadEmbedder });
  expect((await pairs.search("insulin", 1)).map(([id]) => id)).toEqual([7]);
  await pairs.close();
  await using embeddings = new Embeddings({ data: folder.path, content: true, loadEmbedder });
  expect(await embeddings.search("select id, text, tags, year from txtai")).toEqual([
    { id: "7", text: "insulin", tags: null, year: 2021 },
    { id: "stones", text: "kidney stones hurt", tags: "renal", year: null },
  ]);
  await embeddings.upsert(["next", [7, "aspirin"]]);
  expect((await embeddings.search(all, 9)).map(({ id, text }) => [id, text])).toEqual([
    ["stones", "kidney stones hurt"],
    ["8", "next"],
    ["7", "aspirin"],
  ]);
});

test("rows that a crash left beside those that replaced them are not read", async () => {
  await using folder = await temporaryDirectory();
  const options = { data: folder.path, keyword: true, content: true } as const;
  {
    await using embeddings = new Embeddings(options);
    await embeddings.index([
      ["a", "first"],
      ["a", "second"],
    ]);
  }
  {
    await using database = await Database.open(folder.path);
    const [info] = await database.collections();
    const collection = await database.collection(info?.name ?? "");
    const document = await collection.get("a");
    const [[name, row] = ["", {}]] = Object.entries(document?.metadata ?? {});
    await collection.upsert([{ id: "a", text: "third", metadata: { [name]: Object.assign({}, row, { write: 1 }) } }]);
  }
  await using embeddings = new Embeddings(options);
  expect(await embeddings.search("select text from txtai")).toEqual([{ text: "third" }]);
  expect(await embeddings.count()).toBe(1);
});

test("an index without vectors says so where vectors are asked for, and can be made with them", async () => {
  await using folder = await temporaryDirectory();
  {
    await using embeddings = new Embeddings({ data: folder.path, keyword: true });
    await embeddings.index(M6);
  }
  await using embeddings = new Embeddings({ data: folder.path, loadEmbedder });
  expect(await embeddings.count()).toBe(6);
  await expect(embeddings.search("insulin")).rejects.toMatchObject({ code: "collection_model_mismatch" });
  await embeddings.reindex({});
  expect(await embeddings.search("insulin")).toHaveLength(3);
});

test("reindex: other members, and documents changed on the way", async () => {
  await using embeddings = new Embeddings({ keyword: true, content: true });
  await embeddings.index([{ id: 1, text: "insulin", title: "endocrine" }, [2, "plain"]]);
  const [first] = await embeddings.search("select entry from txtai");
  await embeddings.reindex({ keyword: true, columns: { text: "title" } });
  expect(await embeddings.search("endocrine")).toMatchObject([{ id: "1", text: "endocrine" }]);
  expect(await embeddings.search("select entry from txtai limit 1")).toEqual([{ entry: first?.["entry"] }]);
  await embeddings.reindex({ keyword: true }, (rows) => Array.from(rows, ([id, , tags]) => [id, `new ${id}`, tags]));
  expect((await embeddings.search("new")).map(({ text }) => text)).toEqual(["new 1", "new 2"]);
});

test("a saved index takes its further indexes with it", async () => {
  await using folder = await temporaryDirectory();
  const path = `${folder.path}/saved`;
  const indexes = { titles: { columns: { text: "title" } }, words: { keyword: true } };
  await using first = new Embeddings({ keyword: true, content: true, indexes, loadEmbedder });
  await first.index([
    { id: "a", text: "one", title: "stroke" },
    { id: "b", text: "two", title: "insulin" },
    "no object",
  ]);
  await first.save(path);
  await using second = new Embeddings({ content: true, loadEmbedder });
  await second.load(path);
  for (const index of ["titles", "words"]) {
    expect(await second.search("stroke two", 9, { index })).toEqual(await first.search("stroke two", 9, { index }));
  }
  await second.delete(["a"]);
  expect((await second.search("stroke", 9, { index: "titles" })).map(({ id }) => id)).not.toContain("a");
});
