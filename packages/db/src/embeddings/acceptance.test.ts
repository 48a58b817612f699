import { describe, expect, test } from "vitest";
import { Embeddings } from "./embeddings.ts";
import type { EmbeddingsDocument, EmbeddingsId } from "./embeddings-document.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import { M6 } from "./m6.fixture.ts";
import { loadToyEmbedder } from "./toy-embedder.fixture.ts";

// The numbers are those of the acceptance cases of the study of txtai 9.14. Cases 1, 2, 4, 5, 6 stand beside the words' index
// (scoring/), 3 beside RAG (packages/rag/src/txtai). 22 concerns the HTTP server, 25 the cluster and the graph but for its sums, the first part of
// 24 a model.

const QUERY = "insulin therapy risk";
const pairsOfM6 = M6.map((text, id): EmbeddingsDocument => [id, text]);

type Options = Omit<EmbeddingsOptions, "content">;

async function indexed(options: Options, documents: readonly EmbeddingsDocument[] = pairsOfM6): Promise<Embeddings> {
  const embeddings = new Embeddings({ loadEmbedder: loadToyEmbedder, ...options });
  await embeddings.index(documents);
  return embeddings;
}

async function withContent(
  options: Options,
  documents: readonly EmbeddingsDocument[] = pairsOfM6,
): Promise<Embeddings<true>> {
  const embeddings = new Embeddings({ loadEmbedder: loadToyEmbedder, ...options, content: true });
  await embeddings.index(documents);
  return embeddings;
}

function close(score: number): number {
  return expect.closeTo(score, 5) as number;
}

function scoresOf(results: readonly (readonly [EmbeddingsId, number])[]): Record<EmbeddingsId, number> {
  return Object.fromEntries(results);
}

test("7: a keyword index without content gives ids and scores", async () => {
  await using embeddings = await indexed({ keyword: true });
  expect(await embeddings.search("insulin therapy")).toEqual([
    [4, close(0.570289)],
    [1, close(0.374362)],
    [0, close(0.25639)],
  ]);
  expect(await embeddings.search("unknown")).toEqual([]);
  expect(await embeddings.search("")).toEqual([]);
  expect(await embeddings.count()).toBe(6);
});

test("8: with content, rows of id, text and score in this order, ids as strings", async () => {
  await using embeddings = await withContent({ keyword: true });
  const results = await embeddings.search("insulin therapy");
  expect(results[0]).toEqual({ id: "4", text: M6[4], score: close(0.570289) });
  expect(results.map((row) => Object.keys(row))).toEqual(Array.from({ length: 3 }, () => ["id", "text", "score"]));
  expect(results.map(({ id }) => id)).toEqual(["4", "1", "0"]);
});

test("9: vectors", async () => {
  await using embeddings = await indexed({});
  const scores = scoresOf(await embeddings.search(QUERY, 10));
  const expected = { 0: 0.712525, 1: 0.708362, 2: 0.328813, 3: 0.39736, 4: 0.712525, 5: 0.014456 };
  for (const [id, score] of Object.entries(expected)) expect(scores[id]).toBeCloseTo(score, 5);
  expect(scores[0]).toBe(scores[4]);
});

describe("hybrid", () => {
  test("10: sums of cosines and normalized scores", async () => {
    await using embeddings = await indexed({ hybrid: true });
    expect(await embeddings.search(QUERY, 10)).toEqual([
      [4, close(0.641407)],
      [1, close(0.541362)],
      [0, close(0.484458)],
      [3, close(0.341252)],
      [2, close(0.306979)],
      [5, close(0.007228)],
    ]);
    expect((await embeddings.search(QUERY, 2, { weights: 0.7 })).map(([, score]) => score)).toEqual([
      close(0.669854),
      close(0.608162),
    ]);
    const words = await embeddings.search(QUERY, 10, { weights: 0 });
    expect(Object.keys(scoresOf(words))).toEqual(["0", "1", "2", "3", "4"]);
    await using dense = await indexed({});
    expect(scoresOf(await embeddings.search(QUERY, 10, { weights: 1 }))).toEqual(
      scoresOf(await dense.search(QUERY, 10)),
    );
  });

  test("11: ranks, where scores are not normalized", async () => {
    await using embeddings = await indexed({ scoring: { method: "bm25", terms: true } });
    const scores = scoresOf(await embeddings.search(QUERY, 10));
    expect([scores[1], scores[5]]).toEqual([close(0.416667), close(0.083333)]);
  });

  test("12: evidence, where scores are probabilities", async () => {
    await using embeddings = await indexed({ scoring: { method: "bm25", terms: true, normalize: "bb25" } });
    expect(await embeddings.search(QUERY, 10)).toEqual([
      [4, close(0.853651)],
      [1, close(0.633728)],
      [0, close(0.458747)],
      [3, close(0.300552)],
      [2, close(0.262921)],
      [5, close(0.208724)],
    ]);
  });
});

test("13: weights and candidates in similar()", async () => {
  await using embeddings = await withContent({ hybrid: true });
  const bySql = await embeddings.search(`select id, text, score from txtai where similar('${QUERY}', 0.7)`);
  expect(bySql).toEqual(await embeddings.search(QUERY, 3, { weights: 0.7 }));
  expect(await embeddings.search(`select id from txtai where similar('${QUERY}', 1)`)).toEqual([{ id: "4" }]);
});

describe("a filter that few rows pass", () => {
  const wards = [
    ...Array.from({ length: 100 }, (_, id): EmbeddingsDocument => ({ id, text: "dose note", ward: "A" })),
    { id: 100, text: "late dose note", ward: "B" },
  ];

  test.each([["keyword"], ["dense"], ["hybrid"]])("14: one row, whatever the limit, by %s", async (kind) => {
    await using embeddings = await withContent({ [kind]: true }, wards);
    for (const limit of [1, 10, 11, 101]) {
      for (const similar of ["similar('dose note')", "similar('dose note', 101)", "similar('dose note', 1)"]) {
        const rows = await embeddings.search(`select id from txtai where ${similar} and ward = 'B' limit ${limit}`);
        expect(rows).toEqual([{ id: "100" }]);
      }
    }
  });

  test("18: as many rows as there are behind an offset", async () => {
    await using embeddings = await withContent({ keyword: true }, wards);
    const far = await embeddings.search("select id from txtai where similar('dose note') limit 3 offset 95");
    expect(far).toHaveLength(3);
    const ordered = await embeddings.search(
      "select id from txtai where similar('dose note') order by id limit 3 offset 3",
    );
    expect(ordered).toHaveLength(3);
  });
});

test("15: counts", async () => {
  await using embeddings = await withContent({ keyword: true });
  expect(await embeddings.search("select count(*) from txtai")).toEqual([{ "count(*)": 6 }]);
  expect(await embeddings.search("select count(*) from txtai where similar('insulin')")).toEqual([{ "count(*)": 2 }]);
});

test("16: members of JSON", async () => {
  const nested = { id: 1, text: "note", n: { k: [1, 2, { z: "q" }] }, num: 3.5, flag: true };
  await using embeddings = await withContent({ keyword: true }, [nested, [2, "plain"]]);
  expect(await embeddings.search("select id, num, flag, [n.k[2].z] z, n.k from txtai where num > 3")).toEqual([
    { id: "1", num: 3.5, flag: 1, z: "q", "n.k": '[1,2,{"z":"q"}]' },
  ]);
  const [row] = await embeddings.search("select data from txtai");
  expect(JSON.parse(String(row?.["data"]))).toEqual(nested);
});

test("17: parameters", async () => {
  const documents = [
    { id: "a", text: "dose; it's late", ward: "A" },
    { id: "b", text: "dose; it's late", ward: "B" },
  ];
  await using embeddings = await withContent({ keyword: true }, documents);
  const query = "select id from txtai where similar(:q) and ward = :w and id = :i";
  expect(await embeddings.search(query, 3, { parameters: { q: "dose; it's", w: "B", i: "b" } })).toEqual([{ id: "b" }]);
  expect(await embeddings.search("select id from txtai limit :n", 1, { parameters: { n: 2 } })).toHaveLength(2);
  expect(
    await embeddings.search("select id from txtai where id in (:a, :b)", 3, { parameters: { a: "a", b: "b" } }),
  ).toHaveLength(2);
  const batch = await embeddings.batchsearch(["select id from txtai where id = :i", "dose"], 1, {
    parameters: [{ i: "b" }, {}],
  });
  expect(batch.map((rows) => rows.map(({ id }) => id))).toEqual([["b"], ["a"]]);
});

describe("19: automatic ids", () => {
  test("numbers in a row", async () => {
    await using embeddings = await indexed({ keyword: true }, ["one", "two"]);
    await embeddings.upsert(["three", "four"]);
    expect((await embeddings.search("one two three four", 9)).map(([id]) => id)).toEqual([0, 1, 2, 3]);
    expect(await embeddings.info()).toMatchObject({ autoid: 4, offset: 4 });
  });

  test("UUIDs of the data", async () => {
    await using embeddings = await indexed({ keyword: true, autoid: "uuid5" }, ["test"]);
    expect((await embeddings.search("test")).map(([id]) => id)).toEqual(["4be0643f-1d98-573b-97cd-ca98a65347dd"]);
    await embeddings.upsert(["test"]);
    expect(await embeddings.count()).toBe(1);
  });

  test("never an id that another document has", async () => {
    await using embeddings = await indexed({ keyword: true }, [[1, "first"]]);
    await embeddings.upsert(["second", "third"]);
    expect(scoresOf(await embeddings.search("first second third"))).toEqual({
      0: expect.any(Number),
      1: expect.any(Number),
      2: expect.any(Number),
    });
  });
});

test("20: a call keeps all that it is given, and replaces what was there before it", async () => {
  await using embeddings = await withContent({ keyword: true });
  await embeddings.upsert([
    [0, "alpha one"],
    [0, "alpha two"],
  ]);
  expect(await embeddings.count()).toBe(7);
  expect((await embeddings.search("alpha")).map(({ id, text }) => [id, text])).toEqual([
    ["0", "alpha one"],
    ["0", "alpha two"],
  ]);
  await embeddings.upsert([[0, "alpha three"]]);
  expect(await embeddings.count()).toBe(6);
  expect((await embeddings.search("alpha")).map(({ text }) => text)).toEqual(["alpha three"]);
  expect(await embeddings.search("select count(*) n from txtai")).toEqual([{ n: 6 }]);
});

test("21: deleting", async () => {
  await using embeddings = await withContent({ keyword: true });
  expect(await embeddings.delete([4])).toEqual(["4"]);
  expect(await embeddings.delete([4])).toEqual([]);
  await using pairs = await indexed({ keyword: true });
  expect(await pairs.delete([4])).toEqual([4]);
  expect(await pairs.delete([4, "x", "x"])).toEqual([]);
  await using other = await indexed({ keyword: true });
  await other.delete([1]);
  expect(await other.search("insulin")).toEqual([[4, close(0.398884)]]);
});

describe("23: other indexes of the same documents", () => {
  test("reindex", async () => {
    await using embeddings = await withContent({ keyword: true });
    await embeddings.delete(["0"]);
    await embeddings.reindex({ keyword: "tfidf" });
    const rows = await embeddings.search("select indexid, id from txtai", 9);
    expect(rows).toEqual([1, 2, 3, 4, 5].map((id) => ({ indexid: id - 1, id: String(id) })));
    expect(await embeddings.search("statins")).toEqual([{ id: "3", text: M6[3], score: close(0.49559) }]);
  });

  test("further indexes", async () => {
    const indexes = {
      kw: { keyword: true, columns: { text: "text" } },
      kt: { keyword: true, columns: { text: "title" } },
    };
    await using embeddings = await withContent({ defaults: false, indexes }, [
      { id: "x", text: "insulin therapy", title: "endocrine note" },
      { id: "y", text: "statin therapy", title: "cardiology note" },
    ]);
    const title = { id: "y", text: "statin therapy", score: close(0.533774) };
    expect(await embeddings.search("cardiology", 3, { index: "kt" })).toEqual([title]);
    expect(await embeddings.search("select id, text, score from txtai where similar('cardiology', 'kt')")).toEqual([
      title,
    ]);
    expect((await embeddings.search("therapy")).map(({ id, score }) => [id, score])).toEqual([
      ["x", close(0.231445)],
      ["y", close(0.231445)],
    ]);
    const unknown = { code: "query_invalid", details: { position: 0 } };
    await expect(embeddings.search("therapy", 3, { index: "none" })).rejects.toMatchObject(unknown);
    await expect(embeddings.search("select id from txtai where similar('x', none)")).rejects.toMatchObject({
      code: "query_invalid",
      details: { position: 27 },
    });
  });
});

test("24: the part without a model", async () => {
  const news = [
    "US tops 5 million confirmed virus cases",
    "Canada's last fully intact ice shelf has suddenly collapsed, forming a Manhattan-sized iceberg",
    "Beijing mobilizes invasion craft along coast as Taiwan tensions escalate",
    "The National Park Service warns against sacrificing slower friends in a bear attack",
    "Maine man wins $1M from $25 lottery ticket",
    "Make huge profits without work, earn up to $100,000 a day",
  ];
  await using embeddings = await indexed({ keyword: true }, news);
  expect(await embeddings.search("lottery", 1)).toEqual([[4, close(0.5235)]]);
});

test("25: sums over rows that the case has on several shards", async () => {
  const doses = Array.from("AABBBBBB", (ward): EmbeddingsDocument => ({ text: "dose", ward }));
  await using wards = await withContent({ keyword: true }, doses);
  expect(await wards.search("select count(*) n, ward from txtai group by ward order by count(*) desc")).toEqual([
    { n: 6, ward: "B" },
    { n: 2, ward: "A" },
  ]);
  const weights = [100, 100, ...Array.from({ length: 8 }, () => 10)];
  await using weighed = await withContent(
    { keyword: true },
    weights.map((weight): EmbeddingsDocument => ({ text: "dose", weight })),
  );
  expect(await weighed.search("select avg(weight) from txtai")).toEqual([{ "avg(weight)": 28 }]);
});
