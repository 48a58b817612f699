import { FakeEmbedder } from "@galen/testing";
import { describe, expect, test } from "vitest";
import type { Embedder } from "../embedder.ts";
import { Embeddings } from "./embeddings.ts";
import type { EmbeddingsDocument } from "./embeddings-document.ts";
import { M6 } from "./m6.fixture.ts";
import { loadToyEmbedder, toyVector } from "./toy-embedder.fixture.ts";

const documents = M6.map((text, id): EmbeddingsDocument => [id, text]);
const loadEmbedder = loadToyEmbedder;

function kinds(options: ConstructorParameters<typeof Embeddings>[0]): boolean[] {
  const embeddings = new Embeddings(options);
  return [embeddings.isdense(), embeddings.issparse(), embeddings.isweighted()];
}

function make(options: object): () => Embeddings {
  return () => new Embeddings(options);
}

/** Texts that say their vectors. */
async function loadNumbers(): Promise<Embedder> {
  return {
    ...(await loadToyEmbedder()),
    model: "numbers",
    dimension: 2,
    embedDocuments: async (texts) => texts.map(numbersIn),
    embedQuery: async (text) => numbersIn(text),
  };
}

function numbersIn(text: string): Float32Array {
  return Float32Array.from(text.split(" "), Number);
}

test("texts are transformed and compared without an index", async () => {
  await using embeddings = new Embeddings({ loadEmbedder });
  const query = await embeddings.transform("insulin");
  expect(query).toEqual(toyVector("insulin"));
  expect(await embeddings.batchtransform(["insulin"], "data")).toEqual([query]);
  expect(await embeddings.transform(new Float32Array([3, 4]))).toEqual(new Float32Array([0.6, 0.8]));
  const data = ["stroke", "insulin stroke", "insulin"];
  const similar = await embeddings.similarity("insulin", data);
  expect(similar.map(([position]) => position)).toEqual([2, 1, 0]);
  expect(similar[0]?.[1]).toBeCloseTo(1, 6);
  expect(await embeddings.batchsimilarity(["insulin"], data)).toEqual([similar]);
  expect(await embeddings.exists()).toBe(false);
  expect(await embeddings.info()).toEqual({});
});

test("a vector may be searched, however long it is", async () => {
  await using embeddings = new Embeddings({ loadEmbedder });
  await embeddings.index(documents);
  const vector = toyVector("insulin").map((value) => 5 * value);
  expect(await embeddings.search(vector)).toEqual(await embeddings.search("insulin"));
  await expect(embeddings.search(new Float32Array(3))).rejects.toMatchObject({ code: "query_invalid" });
});

describe("explain", () => {
  test("what each word adds to the score", async () => {
    await using embeddings = new Embeddings({ content: true, loadEmbedder });
    await embeddings.index(documents);
    const [best] = await embeddings.explain("stroke risk", undefined, 1);
    const [row] = await embeddings.search("stroke risk", 1);
    expect(best).toMatchObject(row ?? {});
    const without = toyVector("Aspirin reduces the of recurrent stroke");
    const likeness = toyVector("stroke risk").reduce((sum, value, at) => sum + value * (without[at] ?? 0), 0);
    expect(best?.tokens).toHaveLength(7);
    expect(best?.tokens[3]).toEqual(["risk", expect.closeTo((row?.score ?? 0) - likeness, 5)]);
    const statement = "select id, text, score from txtai where similar('stroke risk') limit 1";
    expect(await embeddings.batchexplain([statement])).toEqual([[best]]);
    expect(await embeddings.explain("select id from txtai")).toMatchObject([{ tokens: [] }, { tokens: [] }, {}]);
  });

  test("given texts, by their places", async () => {
    await using embeddings = new Embeddings({ loadEmbedder });
    const explained = await embeddings.explain("stroke", ["risk", "stroke risk"]);
    expect(explained.map(({ id, text }) => [id, text])).toEqual([
      [1, "stroke risk"],
      [0, "risk"],
    ]);
  });

  test("needs texts and vectors", async () => {
    await using pairs = new Embeddings({ loadEmbedder });
    await expect(pairs.explain("x")).rejects.toMatchObject({ code: "query_invalid" });
    await using words = new Embeddings({ keyword: true, content: true });
    await expect(words.explain("x")).rejects.toMatchObject({ code: "query_invalid" });
  });
});

test("terms: what a query searches for", () => {
  const embeddings = new Embeddings({ content: true, keyword: true });
  const statement = "select id from txtai where similar('a b', 10) and not similar(:x)";
  expect(embeddings.batchterms(["a question", statement, "select id from txtai"])).toEqual([
    "a question",
    "a b 10 :x",
    undefined,
  ]);
  expect(new Embeddings({ keyword: true }).terms(statement)).toBe(statement);
});

test("what a configuration searches by", async () => {
  expect(kinds({})).toEqual([true, false, false]);
  expect(kinds({ keyword: true })).toEqual([false, true, false]);
  expect(kinds({ keyword: "sif", path: "m" })).toEqual([true, true, false]);
  expect(kinds({ hybrid: true })).toEqual([true, true, false]);
  expect(kinds({ defaults: false })).toEqual([false, false, false]);
  expect(kinds({ scoring: "bm25" })).toEqual([true, false, true]);
  expect(kinds({ keyword: true, dense: true })).toEqual([true, true, false]);
  await using nothing = new Embeddings({ defaults: false, content: true });
  await nothing.index(["text"]);
  await expect(nothing.search("text")).rejects.toMatchObject({ code: "query_invalid" });
  expect(await nothing.search("select id from txtai")).toEqual([{ id: "0" }]);
});

test("a configuration that cannot be is refused at once", () => {
  const refused = { code: "collection_invalid" };
  expect(make({ scoring: { method: "sparse" } })).toThrow(expect.objectContaining(refused));
  expect(make({ quantize: 9 })).toThrow(expect.objectContaining(refused));
  expect(make({ indexes: { "a b": {} } })).toThrow(expect.objectContaining(refused));
  expect(make({ functions: [{ name: "max", function: Math.max }] })).toThrow(expect.objectContaining(refused));
  expect(make({ expressions: [{ name: "score", expression: "1" }] })).toThrow(expect.objectContaining(refused));
  expect(make({ expressions: [{ name: "x", expression: "1 +" }] })).toThrow(
    expect.objectContaining({ code: "query_invalid" }),
  );
});

test("limits and weights that cannot be", async () => {
  await using embeddings = new Embeddings({ hybrid: true, loadEmbedder });
  await embeddings.index(documents);
  expect(await embeddings.search("insulin", 0)).toHaveLength(3);
  for (const [limit, weights] of [
    [-1, 0.5],
    [1.5, 0.5],
    [1, 2],
    [1, Number.NaN],
  ]) {
    await expect(embeddings.search("insulin", limit, { weights })).rejects.toMatchObject({ code: "query_invalid" });
  }
});

test("columns: other members are the text, and only some can be asked for", async () => {
  const columns = { text: "abstract", store: ["year"] };
  await using embeddings = new Embeddings({ keyword: true, content: true, columns });
  await embeddings.index([{ id: "a", abstract: "insulin", title: "t", year: 2020 }, { text: "no abstract" }]);
  expect(await embeddings.search("select text, year, title from txtai")).toEqual([
    { text: "insulin", year: 2020, title: null },
  ]);
  await using bare = new Embeddings({ keyword: true, content: true, columns: { store: null } });
  await bare.index([{ id: "a", text: "insulin", year: 2020 }]);
  expect(await bare.search("select year, data from txtai")).toEqual([{ year: null, data: null }]);
});

test("functions and expressions in statements", async () => {
  const functions = [{ name: "half", argcount: 1, function: (value: unknown) => Number(value) / 2 }];
  const expressions = [{ name: "size", expression: "length(text)", index: true }];
  await using embeddings = new Embeddings({ keyword: true, content: true, functions, expressions });
  await embeddings.index(documents);
  expect(await embeddings.search("select half(size) h from txtai where size = 47")).toEqual([{ h: 23.5 }]);
});

test("dimensionality: the first components, scaled anew", async () => {
  await using embeddings = new Embeddings({ dimensionality: 2, loadEmbedder });
  expect(await embeddings.transform("insulin stroke")).toEqual(new Float32Array([Math.SQRT1_2, Math.SQRT1_2]));
  await embeddings.index(documents);
  expect(await embeddings.search("aspirin", 1)).toEqual([[2, 1]]);
  expect(await embeddings.info()).toMatchObject({ dimensions: 2 });
});

test("instructions stand before queries and before texts", async () => {
  const embedder = new FakeEmbedder();
  const instructions = { query: "query: ", data: "passage: " };
  await using embeddings = new Embeddings({ instructions, loadEmbedder: async () => embedder });
  await embeddings.index(["kidney"]);
  await embeddings.search("stones");
  expect([embedder.documents, embedder.queries]).toEqual([["passage: kidney"], ["query: stones"]]);
});

test("quantize: the share of bits that agree", async () => {
  await using embeddings = new Embeddings({ quantize: 2, loadEmbedder: loadNumbers });
  await embeddings.index(["0.8 0.6", "-0.8 0.6", "-1 0"]);
  // 0.8 and 0.6 are the level 3, 11; −0.8 is 00; −1 is 00 and 0 is 10.
  expect(await embeddings.search("0.8 0.6")).toEqual([
    [0, 1],
    [1, 0.5],
    [2, 0.25],
  ]);
  await embeddings.delete([0]);
  expect((await embeddings.search("0.8 0.6")).map(([id]) => id)).toEqual([1, 2]);
});

test("searches go on while an index is made", async () => {
  await using embeddings = new Embeddings({ content: true, loadEmbedder });
  await embeddings.index(documents);
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<EmbeddingsDocument> {
    yield "first";
    await promise;
    yield "second";
  }
  const indexing = embeddings.index(slow());
  expect(await embeddings.count()).toBe(6);
  expect(await embeddings.search("select count(*) n from txtai")).toEqual([{ n: 6 }]);
  resolve();
  await indexing;
  expect(await embeddings.count()).toBe(2);
});

test("what a document may be, and what it may not", async () => {
  await using embeddings = new Embeddings({ keyword: true });
  await embeddings.index([
    ["a", ["two", "tokens"]],
    { id: "b", text: ["more", "tokens"] } as unknown as EmbeddingsDocument,
    ["c", new Uint8Array(2)],
    {},
  ]);
  expect((await embeddings.search("tokens")).map(([id]) => id)).toEqual(["a", "b"]);
  const invalid: unknown[] = [
    ["a", 5],
    ["a", null],
    { text: 5 },
    ["a", "  "],
    { id: 1, text: "x", n: 1n },
    [Number.NaN, "x"],
  ];
  for (const document of invalid) {
    await expect(embeddings.upsert([document as EmbeddingsDocument])).rejects.toMatchObject({
      code: "document_invalid",
    });
  }
  await embeddings.upsert([[1.5, "half"]]);
  expect(await embeddings.search("half")).toEqual([[1.5, expect.any(Number)]]);
});

test("searches that an index overtakes are answered from the new one", async () => {
  const gate = Promise.withResolvers<void>();
  let waits = false;
  const loadWaiting = async () => ({
    ...(await loadToyEmbedder()),
    embedQuery: async (text: string) => {
      if (waits) await gate.promise;
      return toyVector(text);
    },
  });
  await using embeddings = new Embeddings({ content: true, loadEmbedder: loadWaiting });
  await embeddings.index(documents);
  waits = true;
  const search = embeddings.search("select id, text from txtai where similar('insulin')");
  await embeddings.index(["insulin anew"]);
  gate.resolve();
  expect(await search).toEqual([{ id: "0", text: "insulin anew" }]);
});
