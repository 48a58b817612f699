import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import type { SearchRequestInput } from "../schemas/search.ts";

const words = [
  "kidney",
  "stone",
  "insulin",
  "glucose",
  "asthma",
  "airway",
  "heart",
  "rhythm",
  "skin",
  "rash",
  "bone",
  "fracture",
];
/** 600 texts of a few words each, many of them equal. */
const documents = Array.from({ length: 600 }, (_, at) => ({
  id: `d${at}`,
  text: [0, 1, 2, 3].map((place) => words[(at * (place + 3) + place * place) % words.length]).join(" "),
  metadata: { group: at % 3 },
}));

const resources = new AsyncDisposableStack();
let collection: Collection;

beforeAll(async () => {
  const folder = resources.use(await temporaryDirectory());
  const database = resources.use(await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() }));
  collection = await database.createCollection({ name: "c", fields: { group: "number" } });
  await collection.upsert(documents);
});
afterAll(() => resources.disposeAsync());

const modes = ["hybrid", "dense", "keyword"] as const;

describe.each(modes)("%s search", (mode) => {
  test("pages of ten give what one page of a hundred gives, each document once, best first", async () => {
    const request: SearchRequestInput = { query: "kidney stone glucose", mode };
    const { hits: once } = await collection.search({ ...request, limit: 100 });
    const paged: string[] = [];
    let cursor: string | undefined;
    while (paged.length < 100) {
      const page = await collection.search({ ...request, limit: 10, ...(cursor !== undefined && { cursor }) });
      paged.push(...page.hits.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(paged).toEqual(once.map(({ id }) => id));
    expect(new Set(paged).size).toBe(100);
    expect(once.map(({ score }) => score)).toEqual(once.map(({ score }) => score).sort((left, right) => right - left));
  });

  test("equal scores are in order of id, every time", async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => collection.search({ query: "asthma airway", mode, limit: 50 })),
    );
    expect(first?.hits).toEqual(second?.hits);
    const ties = Map.groupBy(first?.hits ?? [], ({ score }) => score);
    for (const tied of ties.values()) expect(tied.map(({ id }) => id)).toEqual(tied.map(({ id }) => id).sort());
  });

  test("a filter restricts before ranking: as many hits as match, all of them matching", async () => {
    const { hits } = await collection.search({ query: "heart rhythm", mode, limit: 30, filter: { group: 1 } });
    expect(hits).toHaveLength(30);
    expect(hits.every(({ metadata }) => metadata["group"] === 1)).toBe(true);
    const few = await collection.search({ query: "heart rhythm", mode, filter: { id: { in: ["d1", "d2"] } } });
    expect(few.hits.length).toBeLessThanOrEqual(2);
  });

  test("explanations add up to the score, and name the stages' times", async () => {
    const { hits, timings_ms, took_ms } = await collection.search({ query: "skin rash", mode, explain: true });
    for (const { score, explain } of hits) {
      const legs = [explain?.dense, explain?.keyword].filter((leg) => leg !== undefined);
      expect(legs).toHaveLength(mode === "hybrid" ? 2 : 1);
      expect(legs.reduce((sum, { weight, normalized }) => sum + weight * normalized, 0)).toBeCloseTo(score, 9);
    }
    expect(Object.keys(timings_ms ?? {})).toEqual(expect.arrayContaining(["read", "highlight"]));
    expect(took_ms).toBeGreaterThan(0);
  });
});

test("a candidate that one leg missed has that leg's exact score", async () => {
  const query = "insulin glucose insulin";
  const exact = new Map(
    (await collection.search({ query, mode: "dense", limit: 1_000 })).hits.map(({ id, score }) => [id, score]),
  );
  const keyword = new Map(
    (await collection.search({ query, mode: "keyword", limit: 1_000 })).hits.map(({ id, score }) => [id, score]),
  );
  const { hits } = await collection.search({ query, limit: 100, explain: true });
  expect(hits).toHaveLength(100);
  for (const { id, explain } of hits) {
    expect(explain?.dense?.raw).toBeCloseTo(exact.get(id) ?? Number.NaN, 5);
    expect(explain?.keyword?.raw).toBeCloseTo(keyword.get(id) ?? 0, 4);
  }
});

test("the same ranking as scoring every document by hand", async () => {
  const request: SearchRequestInput = { query: "bone fracture", limit: 20 };
  const dense = (await collection.search({ ...request, mode: "dense", limit: 600 })).hits;
  const keyword = new Map(
    (await collection.search({ ...request, mode: "keyword", limit: 600 })).hits.map(({ id, score }) => [id, score]),
  );
  expect(dense).toHaveLength(600);
  const bestDense = dense[0]?.score ?? 0;
  const bestKeyword = Math.max(...keyword.values());
  const expected = dense
    .map(({ id, score }) => ({
      id,
      score: (0.8 * (score + 1)) / (bestDense + 1) + (0.2 * (keyword.get(id) ?? 0)) / bestKeyword,
    }))
    .sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
  const { hits } = await collection.search(request);
  expect(hits.map(({ score }) => score.toFixed(5))).toEqual(expected.slice(0, 20).map(({ score }) => score.toFixed(5)));
});

test("queries of stop words, punctuation and operators are texts like others", async () => {
  for (const query of [
    "the of and",
    '"kidney',
    "a:b AND (",
    "\\",
    "''; DROP",
    "+-~^*",
    "\u0000",
    "日本語",
    "NOT kidney OR",
    "x".repeat(10_000),
  ]) {
    for (const mode of modes) {
      const { hits } = await collection.search({ query, mode, limit: 3 });
      expect(hits.length).toBe(mode === "keyword" && !query.includes("kidney") ? 0 : 3);
    }
  }
});

test.each<[unknown, object]>([
  [{ query: "" }, { code: "query_invalid", details: { pointer: "/query" } }],
  [{ query: "  \n" }, { code: "query_invalid" }],
  [{ query: "x".repeat(10_001) }, { code: "query_invalid" }],
  [
    { query: "x", limit: 0 },
    { code: "query_invalid", details: { pointer: "/limit" } },
  ],
  [{ query: "x", mode: "magic" }, { code: "query_invalid" }],
  [{ query: "x", extra: 1 }, { code: "query_invalid" }],
  ["x", { code: "query_invalid" }],
  [{ query: "x", filter: { nope: 1 } }, { code: "filter_field_unknown" }],
  [{ query: "x", filter: [] }, { code: "filter_invalid" }],
])("the request %j is refused with a code and a pointer", async (request, error) => {
  await expect(collection.search(request as SearchRequestInput)).rejects.toMatchObject(error);
});

test("an aborted search throws the reason", async () => {
  await expect(collection.search({ query: "x" }, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
});

describe("cursors", () => {
  test("a cursor serves its own query only", async () => {
    const { cursor = "" } = await collection.search({ query: "kidney", limit: 5 });
    const others: SearchRequestInput[] = [
      { query: "heart", limit: 5, cursor },
      { query: "kidney", mode: "dense", cursor },
      { query: "kidney", filter: { group: 1 }, cursor },
      ...["", "x", "e30", cursor.slice(0, -4), "x".repeat(5_000)].map((bad) => ({ query: "kidney", cursor: bad })),
    ];
    for (const request of others) {
      await expect(collection.search(request)).rejects.toMatchObject({ code: "cursor_invalid" });
    }
  });

  test("a window that is no longer kept has expired", async () => {
    const { cursor = "" } = await collection.search({ query: "kidney", limit: 5 });
    const [, key, offset] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as [string, string, number];
    const gone = Buffer.from(JSON.stringify(["gone", key, offset])).toString("base64url");
    await expect(collection.search({ query: "kidney", limit: 5, cursor: gone })).rejects.toMatchObject({
      code: "cursor_expired",
    });
  });

  test("later pages keep the order of the first, without what was deleted since", async () => {
    await using folder = await temporaryDirectory();
    await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() });
    const own = await database.createCollection({ name: "c" });
    await own.upsert(documents.slice(0, 40));
    const request: SearchRequestInput = { query: "kidney stone", mode: "dense" };
    const all = (await own.search({ ...request, limit: 40 })).hits.map(({ id }) => id);
    const first = await own.search({ ...request, limit: 10 });
    await own.delete({ ids: [all[12] ?? "", all[0] ?? ""] });
    await own.upsert([{ id: "aaa", text: "kidney stone" }]);
    const second = await own.search({
      ...request,
      limit: 10,
      ...(first.cursor !== undefined && { cursor: first.cursor }),
    });
    expect(second.hits.map(({ id }) => id)).toEqual(all.slice(10, 21).filter((id) => id !== all[12]));
  });

  test.each(modes)(
    "%s: what is written between pages makes nothing come twice, and nothing of the first pages change",
    async (mode) => {
      await using folder = await temporaryDirectory();
      await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() });
      const own = await database.createCollection({ name: "c" });
      await own.upsert(documents);
      const request: SearchRequestInput = { query: "kidney stone glucose", mode, limit: 10 };
      const expected = (await own.search({ ...request, limit: 100 })).hits.map(({ id }) => id);
      const [gone, changed] = [expected[15] ?? "", expected[25] ?? ""];
      let page = await own.search(request);
      const shown = page.hits.map(({ id }) => id);
      await own.delete({ ids: [gone, expected[3] ?? ""] });
      while (page.cursor !== undefined) {
        await own.upsert([
          { id: `new-${shown.length}`, text: "kidney stone glucose" },
          { id: changed, text: "kidney glucose" },
        ]);
        page = await own.search({ ...request, cursor: page.cursor });
        shown.push(...page.hits.map(({ id }) => id));
      }
      expect(new Set(shown).size).toBe(shown.length);
      expect(shown.slice(0, 10)).toEqual(expected.slice(0, 10));
      expect(shown).not.toContain(gone);
      const stillThere = expected.filter((id) => id !== gone && id !== changed);
      expect(shown.filter((id) => stillThere.includes(id))).toEqual(stillThere.filter((id) => shown.includes(id)));
    },
  );

  test("a page of another size goes on where the last one ended", async () => {
    const request: SearchRequestInput = { query: "kidney stone glucose" };
    const { hits: once } = await collection.search({ ...request, limit: 100 });
    const first = await collection.search({ ...request, limit: 7 });
    const second = await collection.search({ ...request, limit: 60, cursor: first.cursor ?? "" });
    const third = await collection.search({ ...request, limit: 90, cursor: second.cursor ?? "" });
    const all = [first, second, third].flatMap(({ hits }) => hits.map(({ id }) => id));
    expect(all).toEqual(once.map(({ id }) => id));
    expect(third.cursor).toBeUndefined();
  });

  test("the last page has no cursor", async () => {
    const { hits, cursor } = await collection.search({
      query: "kidney",
      limit: 10,
      filter: { id: { in: ["d1", "d2"] } },
    });
    expect(hits.length).toBeGreaterThan(0);
    expect(cursor).toBeUndefined();
  });
});

/** One passage a sentence. */
const split = async (text: string) =>
  Array.from(text.matchAll(/[^.]+\./g), ({ 0: sentence, index }) => ({ start: index, end: index + sentence.length }));

const long = (id: string) => ({ id, text: "kidney stone.".repeat(200) });

test("documents of many passages: as many documents as asked for, each with its best passage", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder(), split });
  const own = await database.createCollection({ name: "c" });
  const short = Array.from({ length: 12 }, (_, at) => ({
    id: `short${at}`,
    text: `kidney advice ${at}. other topic.`,
  }));
  await own.upsert([long("long1"), long("long2"), ...short]);
  const { hits } = await own.search({ query: "kidney stone", limit: 10 });
  expect(hits).toHaveLength(10);
  expect(hits.slice(0, 2).map(({ id, passage }) => [id, passage])).toEqual([
    ["long1", { start: 0, end: 13 }],
    ["long2", { start: 0, end: 13 }],
  ]);
  expect(hits.slice(2).every(({ text }) => text.startsWith("kidney advice"))).toBe(true);
});
