import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import { Database } from "../database.ts";
import { FusionMethod } from "../schemas/fusion.ts";
import type { SearchRequestInput } from "../schemas/search.ts";
import { parseSynonyms } from "./expansion/synonyms.ts";

const documents = [
  {
    id: "stage",
    title: "Stages",
    text: "Chronic kidney disease has five stages.",
    metadata: { year: 2019, source: "niddk" },
    tags: ["kidney"],
  },
  {
    id: "stones",
    text: "Kidney stones cause pain, and no disease of the heart.",
    metadata: { year: 2021, source: "niddk" },
    tags: ["kidney", "pain"],
  },
  { id: "heart", text: "Heart disease is treated with statins.", metadata: { year: 2019, source: "nhlbi" } },
  {
    id: "drug",
    text: "Metformin lowers blood sugar; metformins are no plural.",
    metadata: { year: 2020, source: "nlm" },
    tags: ["drug"],
  },
  { id: "meter", text: "A meter shows the blood sugar.", metadata: { source: "nlm" } },
];
const fields = { year: "number", source: "string", seen: "date", mesh: "string[]" } as const;

const loadEmbedder = async () => new FakeEmbedder();
const broken = async () => [Number.NaN];

async function openCollection(given: readonly object[] = documents) {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const database = stack.use(await Database.open(path, { loadEmbedder }));
  const collection = await database.createCollection({ name: "c", fields });
  await collection.upsert(given);
  const ids = async (request: SearchRequestInput) => (await collection.search(request)).hits.map(({ id }) => id);
  return { database, collection, ids, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const operators = { syntax: "operators" } as const;

describe("phrases and signs", () => {
  test.each<[string, { keyword: string[]; allowed: string[] }]>([
    ['"kidney disease"', { keyword: ["stage"], allowed: ["stage"] }],
    ['"KIDNEY  disease"', { keyword: ["stage"], allowed: ["stage"] }],
    ["kidney +pain", { keyword: ["stones"], allowed: ["stones"] }],
    ["disease -kidney", { keyword: ["heart"], allowed: ["drug", "heart", "meter"] }],
    ['disease -"kidney disease" -heart', { keyword: [], allowed: ["drug", "meter"] }],
    ["+Stages", { keyword: ["stage"], allowed: ["stage"] }],
    ["+metf*", { keyword: ["drug"], allowed: ["drug"] }],
    ["+met* -meter", { keyword: ["drug"], allowed: ["drug"] }],
  ])("%s", async (query, { keyword, allowed }) => {
    await using opened = await openCollection();
    const request = { query, ...operators, typos: false } as const;
    expect(await opened.ids({ ...request, mode: "keyword" })).toEqual(keyword);
    expect((await opened.ids({ ...request, mode: "dense" })).sort(), "whatever the vectors").toEqual(allowed);
    expect((await opened.ids({ ...request, mode: "hybrid" })).sort()).toEqual(allowed);
  });

  test("a beginning finds longer words, and only where it is asked to", async () => {
    await using opened = await openCollection();
    const request = { query: "metf*", mode: "keyword", typos: false } as const;
    expect(await opened.ids({ ...request, ...operators })).toEqual(["drug"]);
    expect(await opened.ids(request)).toEqual([]);
  });

  test("the largest that are allowed are answered", async () => {
    await using opened = await openCollection();
    const phrases = Array.from({ length: 32 }, (_, at) => `+w${at}-x`).join(" ");
    for (const query of [phrases, `"${"word ".repeat(64)}"`, `+${"é".repeat(1_000)}`]) {
      expect(await opened.ids({ query, mode: "keyword", ...operators, typos: false })).toEqual([]);
    }
  });

  test("quotes, regular expressions and SQL in a query are words or nothing", async () => {
    await using opened = await openCollection();
    const queries = ["+(a|b)x +x", "+x') OR true OR ('x", "+[[:alpha:]] +zebra", '"kidney.*stages"', "+a{1000000} -a"];
    for (const query of queries) {
      const { hits } = await opened.collection.search({ query, mode: "keyword", ...operators, typos: false });
      expect(hits, query).toEqual([]);
    }
  });
});

describe("similar words", () => {
  test("are looked for when the words themselves find little, and come last", async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    await collection.settle();
    const response = await collection.search({ query: "kydney metfromin pain", mode: "keyword", explain: true });
    expect(response.fuzzy).toBe(true);
    expect(response.hits.map(({ id }) => id)).toEqual(["stones", expect.any(String), expect.any(String)]);
    expect(response.hits.map(({ explain }) => explain?.keyword?.fuzzy ?? false)).toEqual([false, true, true]);
    const scores = response.hits.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
    expect(await opened.ids({ query: "kydney", mode: "keyword", typos: false })).toEqual([]);
    expect(await opened.ids({ query: "kydney", mode: "keyword" })).toEqual(expect.arrayContaining(["stage", "stones"]));
    const exact = await collection.search({ query: "kidney", mode: "keyword", limit: 2 });
    expect(exact, "there is enough").not.toHaveProperty("fuzzy");
  });

  test("words of any length and script are compared or left alone", async () => {
    await using opened = await openCollection();
    for (const query of [
      "x".repeat(5_000),
      "é".repeat(40),
      "心不全".repeat(30),
      "a b c d e f g ".repeat(40),
      "\u{1F600}",
    ]) {
      await expect(opened.ids({ query, mode: "keyword" })).resolves.toEqual(expect.any(Array));
    }
  });
});

test.each(FusionMethod.options)(
  "fusion by %s finds what both legs agree on, and explains its score",
  async (method) => {
    await using opened = await openCollection();
    const response = await opened.collection.search({ query: "kidney stones pain", fusion: { method }, explain: true });
    const [best] = response.hits;
    expect(best).toMatchObject({ id: "stones", explain: { fusion: method, dense: { rank: 1 }, keyword: { rank: 1 } } });
    const dense = await opened.collection.search({
      query: "kidney stones pain",
      fusion: { method, dense_weight: 1 },
      explain: true,
    });
    expect(dense.hits[0]?.explain?.keyword?.weight).toBe(0);
  },
);

test("a least score leaves out what is below it, on every page", async () => {
  await using opened = await openCollection();
  const all = await opened.collection.search({ query: "kidney disease", mode: "dense" });
  const least = all.hits[2]?.score ?? 0;
  const some = await opened.collection.search({ query: "kidney disease", mode: "dense", min_score: least });
  expect(some.hits).toEqual(all.hits.filter(({ score }) => score >= least));
  expect(some.cursor).toBeUndefined();
});

test("diversity puts what is new before what repeats a better hit", async () => {
  const repeated = Array.from({ length: 4 }, (_, at) => ({
    id: `same${at}`,
    text: "Aspirin thins blood and stops pain.",
  }));
  await using opened = await openCollection([
    ...repeated,
    { id: "other", text: "Aspirin harms the stomach, pain follows." },
  ]);
  const request = { query: "aspirin blood pain", mode: "dense", limit: 5 } as const;
  expect(await opened.ids(request)).toEqual(["same0", "same1", "same2", "same3", "other"]);
  const { hits } = await opened.collection.search({ ...request, diversity: 0.7, explain: true });
  expect(hits.map(({ id }) => id).slice(0, 2)).toEqual(["same0", "other"]);
  expect(hits[2]?.explain?.redundancy).toBeCloseTo(1, 5);
  expect(await opened.ids({ ...request, diversity: 0 })).toEqual(await opened.ids(request));
});

test("facets count documents that match the filter, whatever the query", async () => {
  await using opened = await openCollection();
  const { facets } = await opened.collection.search({ query: "sugar", facets: ["source", "year", "tags"], limit: 1 });
  expect(facets).toEqual({
    source: {
      values: [
        { value: "niddk", count: 2 },
        { value: "nlm", count: 2 },
        { value: "nhlbi", count: 1 },
      ],
      other: 0,
      missing: 0,
      exact: true,
    },
    year: {
      values: [
        { value: 2019, count: 2 },
        { value: 2020, count: 1 },
        { value: 2021, count: 1 },
      ],
      other: 0,
      missing: 1,
      exact: true,
    },
    tags: {
      values: [
        { value: "kidney", count: 2 },
        { value: "drug", count: 1 },
        { value: "pain", count: 1 },
      ],
      other: 0,
      missing: 2,
      exact: true,
    },
  });
  const filtered = await opened.collection.search({ query: "x", facets: ["source"], filter: { year: 2019 } });
  expect(filtered.facets?.["source"]?.values).toEqual([
    { value: "nhlbi", count: 1 },
    { value: "niddk", count: 1 },
  ]);
  await expect(opened.ids({ query: "x", facets: ["yaer"] })).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid", hint: "Did you mean year?" }),
  );
  const undeclared = [
    {
      id: "u1",
      text: "Text.",
      metadata: { ward: "B", "a=b": 1, deep: { er: [true, "x", "x"] }, long: "y".repeat(300) },
    },
    { id: "u2", text: "Text.", metadata: { ward: "A", "a=b": "1", deep: { er: true } } },
    { id: "u3", text: "Text.", metadata: { ward: "B", deep: null } },
  ];
  await opened.collection.upsert(undeclared);
  const own = { id: { in: ["u1", "u2", "u3"] } };
  const found = await opened.collection.search({
    query: "x",
    facets: ["ward", "a=b", "deep.er", "long"],
    filter: own,
  });
  expect(found.facets).toEqual({
    ward: { values: [{ value: "B", count: 2 }, { value: "A", count: 1 }], other: 0, missing: 0, exact: true }, // prettier-ignore
    "a=b": { values: [{ value: 1, count: 1 }, { value: "1", count: 1 }], other: 0, missing: 1, exact: true }, // prettier-ignore
    "deep.er": { values: [{ value: true, count: 2 }, { value: "x", count: 1 }], other: 0, missing: 1, exact: true }, // prettier-ignore
    long: { values: [], other: 1, missing: 2, exact: true },
  });
  const many = Array.from({ length: 30 }, (_, at) => ({
    id: `m${at}`,
    text: "Text.",
    metadata: { seen: `20${10 + at}-01-01`, mesh: ["all", `t${at}`] },
  }));
  await opened.collection.upsert(many);
  const large = await opened.collection.search({
    query: "x",
    facets: ["mesh", "seen"],
    filter: { mesh: { contains: "all" } },
  });
  expect(large.facets?.["mesh"]?.values[0]).toEqual({ value: "all", count: 30 });
  expect(large.facets?.["mesh"]).toMatchObject({ other: 11, missing: 0 });
  expect(large.facets?.["seen"]?.values[0]).toEqual({ value: "2010-01-01T00:00:00.000Z", count: 1 });
});

test.each<[Partial<SearchRequestInput>, string]>([
  [{ diversity: 0.5 }, "/diversity"],
  [{ fusion: { method: "rrf" } }, "/fusion"],
])("a collection without vectors refuses %j", async (options, pointer) => {
  await using opened = await openCollection();
  const words = await opened.database.createCollection({ name: "words", dense: false });
  await expect(words.search({ query: "kidney", ...options })).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid", details: { pointer } }),
  );
});

test("a document is compared with the others by its vectors, without itself", async () => {
  await using opened = await openCollection();
  expect((await opened.ids({ like: "drug" }))[0]).toBe("meter");
  expect(await opened.ids({ like: "stones" })).not.toContain("stones");
  expect(await opened.ids({ like: "stage", filter: { source: "nhlbi" } })).toEqual(["heart"]);
  await expect(opened.ids({ like: "none" })).rejects.toThrow(expect.objectContaining({ code: "query_invalid" }));
});

test("a reranker decides the order of the best, and nothing else is shown", async () => {
  await using opened = await openCollection();
  const seen: string[] = [];
  const reranker = async (query: string, texts: readonly string[]) => {
    seen.push(query, ...texts);
    return texts.map((text) => (text.includes("Heart") ? 9 : -text.length));
  };
  const request = { query: "kidney disease", rerank: { depth: 3 }, explain: true } as const;
  const { hits, cursor } = await opened.collection.search(request, { reranker });
  expect(hits).toHaveLength(3);
  expect(hits[0]).toMatchObject({ id: "heart", score: 9, explain: { rerank: { rank: expect.any(Number) } } });
  expect(cursor).toBeUndefined();
  expect(seen).toContain("Stages\nChronic kidney disease has five stages.");
  await expect(opened.collection.search(request)).rejects.toThrow(expect.objectContaining({ code: "query_invalid" }));
  await expect(opened.collection.search(request, { reranker: broken })).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid" }),
  );
});

test("words are explained by what a passage is like without them", async () => {
  await using opened = await openCollection();
  const [best] = await opened.collection.explainTokens({ query: "kidney stones", limit: 1 });
  expect(best).toMatchObject({ id: "stones", passage: { start: 0 } });
  const importance = new Map(best?.tokens);
  expect(importance.get("stones")).toBeGreaterThan(importance.get("heart.") ?? 1);
  expect(importance.get("heart.")).toBeLessThan(0);
  const unasked = opened.collection.explainTokens({ like: "stones" } as never);
  await expect(unasked).rejects.toThrow(expect.objectContaining({ code: "query_invalid" }));
});

test("explain says how many passages the filter leaves", async () => {
  await using opened = await openCollection();
  const { selectivity } = await opened.collection.search({ query: "x", filter: { year: 2019 }, explain: true });
  expect(selectivity).toEqual({ matching: 2, total: 5 });
});

test("searches of a batch are answered in order", async () => {
  await using opened = await openCollection();
  const requests = ["kidney stones", "heart", "metformin", "meter", "stages", "pain"].map((query) => ({
    query,
    limit: 1,
  }));
  const responses = await opened.collection.searchBatch(requests);
  expect(responses.map(({ hits }) => hits[0]?.id)).toEqual(["stones", "heart", "drug", "meter", "stage", "stones"]);
  await expect(opened.collection.searchBatch([{ query: "x" }, { query: "" }])).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid" }),
  );
});

describe("what terms are called otherwise", () => {
  const given = [
    { id: "definition", text: "Chronic kidney disease (CKD) has stages. Heart failure (HF) has, too." },
    { id: "long", text: "Treatment of chronic kidney disease begins early." },
    { id: "short", text: "CKD stage 3 is common." },
    { id: "attack", text: "A heart attack is an emergency." },
    { id: "infarction", text: "Myocardial infarction needs a stent." },
  ];
  const keyword = { mode: "keyword", expand: true, typos: false } as const;

  test("abbreviations are learned from the collection's own texts, both ways", async () => {
    await using opened = await openCollection(given);
    expect((await opened.ids({ query: "CKD", mode: "keyword" })).sort()).toEqual(["definition", "short"]);
    const { hits, expanded } = await opened.collection.search({ query: "CKD", ...keyword });
    expect(expanded).toEqual(["chronic kidney disease"]);
    expect(hits.map(({ id }) => id).sort()).toEqual(["definition", "long", "short"]);
    const other = await opened.collection.search({ query: "early chronic kidney disease", ...keyword });
    expect([other.expanded, other.hits.map(({ id }) => id).sort()]).toEqual([["CKD"], ["definition", "long", "short"]]);
    const none = await opened.collection.search({ query: "what is hf of", ...keyword });
    expect(none.expanded, "as it is written").toEqual([]);
  });

  test("what was asked for comes before what says the same", async () => {
    await using opened = await openCollection(given);
    const { hits } = await opened.collection.search({ query: "HF", ...keyword, explain: true });
    expect(hits[0]?.id).toBe("definition");
    const without = await opened.collection.search({ query: "stages", mode: "hybrid" });
    const expanded = await opened.collection.search({ query: "stages", mode: "hybrid", expand: true });
    expect(expanded.hits, "nothing to expand changes nothing").toEqual(without.hits);
  });

  test("synonyms are looked for where they are given", async () => {
    await using opened = await openCollection(given);
    const synonyms = parseSynonyms("heart attack, myocardial infarction");
    const { hits, expanded } = await opened.collection.search({ query: "heart attack", ...keyword }, { synonyms });
    expect(expanded).toEqual(["myocardial infarction"]);
    expect(hits.map(({ id }) => id)).toEqual(["attack", "infarction", "definition"]);
  });
});

test.each<[Record<string, unknown>, string]>([
  [{}, "/query"],
  [{ query: "x", like: "stage" }, "/query"],
  [{ like: "stage", mode: "keyword" }, "/mode"],
  [{ like: "stage", syntax: "operators" }, "/syntax"],
  [{ like: "stage", rerank: {} }, "/rerank"],
  [{ query: "x", mode: "dense", fusion: { method: "rrf" } }, "/fusion"],
  [{ query: "x", fusion: { method: "convex", k: 3 } }, "/fusion/k"],
  [{ query: "x", fusion: { method: "sum" } }, "/fusion/method"],
  [{ query: "x", fusion: { dense_weight: 1.1 } }, "/fusion/dense_weight"],
  [{ query: "x", mode: "keyword", diversity: 0.5 }, "/diversity"],
  [{ query: "x", diversity: -0.1 }, "/diversity"],
  [{ query: "x", mode: "dense", expand: true }, "/expand"],
  [{ like: "stage", expand: true }, "/expand"],
  [{ like: "stage", fusion: { method: "rrf" } }, "/fusion"],
  [{ query: "x", limit: -1 }, "/limit"],
  [{ query: "x", rerank: { depth: 1_000 } }, "/rerank/depth"],
  [{ query: "x", snippet: 1 }, "/snippet"],
  [{ query: "x", facets: Array.from({ length: 17 }, () => "year") }, "/facets"],
])("%j is refused at %s", async (request, pointer) => {
  await using opened = await openCollection();
  await expect(opened.collection.search(request as SearchRequestInput)).rejects.toThrow(
    expect.objectContaining({ code: "query_invalid", details: { pointer } }),
  );
});
