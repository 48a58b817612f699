import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import { Database } from "./database.ts";
import type { CollectionConfigInput } from "./schemas/collection.ts";

async function openCollection(config: Partial<CollectionConfigInput> = {}, embedder = new FakeEmbedder()) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const database = stack.use(await Database.open(folder.path, { loadEmbedder: async () => embedder }));
  const collection = await database.createCollection({ name: "medquad", ...config });
  return { collection, database, embedder, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const documents = [
  { id: "insulin", title: "Insulin", text: "Insulin lowers blood glucose.", metadata: { year: 2019, source: "NIDDK" } },
  { id: "stones", title: "Kidney stones", text: "Drink water to prevent kidney stones.", tags: ["kidney"] },
  { id: "asthma", text: "Asthma narrows the airways.", metadata: { year: 2021 } },
];

const loadEmbedder = async () => new FakeEmbedder();

/** One passage a sentence. */
const split = async (text: string) =>
  Array.from(text.matchAll(/\w[^.]*\./g), ({ 0: sentence, index }) => ({
    start: index,
    end: index + sentence.length,
  }));

describe("upsert and get", () => {
  test("declared fields of every type may be missing in a whole batch, and in all but one of its documents", async () => {
    const fields = { n: "number", s: "string", b: "boolean", d: "date", l: "string[]" } as const;
    await using opened = await openCollection({ fields });
    const batch = Array.from({ length: 700 }, (_, at) => ({ id: `d${at}`, text: "insulin" }));
    expect((await opened.collection.upsert(batch.slice(0, 100))).upserted).toBe(100);
    const given = { n: 1, s: "x", b: true, d: "2019", l: ["x"] };
    const mixed = batch.map((document, at) => (at === 600 ? { ...document, metadata: given } : document));
    expect((await opened.collection.upsert(mixed)).upserted).toBe(700);
    for (const [name, value] of Object.entries(given)) {
      expect(await opened.collection.count({ [name]: Array.isArray(value) ? "x" : value })).toBe(1);
      expect(await opened.collection.count({ [name]: { exists: false } })).toBe(699);
    }
    expect(await opened.collection.count({ b: false })).toBe(0);
  });

  test("stored documents are read back as given", async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    expect(await collection.upsert(documents)).toEqual({
      upserted: 3,
      unchanged: 0,
      duplicates: 0,
      failed: [],
      ids: ["insulin", "stones", "asthma"],
      version: 1,
    });
    expect(await collection.get("insulin")).toEqual({
      ...documents[0],
      rev: 1,
      passages: [{ start: 0, end: 29 }],
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await collection.get("none")).toBeUndefined();
    expect(await collection.info()).toMatchObject({ documents: 3, passages: 3 });
    expect(await collection.fields()).toEqual({ declared: {}, seen: ["source", "year"] });
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 3, passages: 3 });
  });

  test("the title and the passage are embedded together", async () => {
    await using opened = await openCollection();
    await opened.collection.upsert(documents);
    expect(opened.embedder.documents).toEqual([
      "Insulin\nInsulin lowers blood glucose.",
      "Kidney stones\nDrink water to prevent kidney stones.",
      "Asthma narrows the airways.",
    ]);
  });

  test("unchanged content is not embedded again, in this process and in the next", async () => {
    await using folder = await temporaryDirectory();
    const embedder = new FakeEmbedder();
    for (const round of [0, 1]) {
      await using database = await Database.open(folder.path, { loadEmbedder: async () => embedder });
      const collection = round === 0 ? await database.createCollection({ name: "c" }) : await database.collection("c");
      await collection.upsert(documents);
      const reordered = documents.map((document) => ({
        ...document,
        ...(document.metadata && { metadata: Object.fromEntries(Object.entries(document.metadata).reverse()) }),
      }));
      expect(await collection.upsert(reordered)).toMatchObject({ upserted: 3, unchanged: 3, version: 1 });
    }
    expect(embedder.documents).toHaveLength(3);
  });

  test("new metadata and tags keep the vectors, a new title or text does not", async () => {
    await using opened = await openCollection({ fields: { year: "number" } });
    const { collection, embedder } = opened;
    await collection.upsert(documents);
    const [insulin] = documents;
    const before = await collection.search({ query: "insulin", mode: "dense" });
    await collection.upsert([{ ...insulin, metadata: { year: 2024 }, tags: ["hormone"] }]);
    expect(embedder.documents).toHaveLength(3);
    expect(await collection.get("insulin")).toMatchObject({ metadata: { year: 2024 }, tags: ["hormone"] });
    expect(await collection.count({ year: 2024 })).toBe(1);
    expect(await collection.count({ year: 2019 })).toBe(0);
    const after = await collection.search({ query: "insulin", mode: "dense" });
    expect(after.hits.map(({ id, score }) => [id, score])).toEqual(before.hits.map(({ id, score }) => [id, score]));
    await collection.upsert([{ ...insulin, title: "Insulin, the hormone" }]);
    expect(embedder.documents).toHaveLength(4);
  });

  test("an update keeps the time of creation", async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    await collection.upsert(documents);
    const before = await collection.get("asthma");
    await collection.upsert([{ id: "asthma", text: "Another text" }]);
    const after = await collection.get("asthma");
    expect(after?.created_at).toBe(before?.created_at);
    expect(Date.parse(after?.updated_at ?? "")).toBeGreaterThanOrEqual(Date.parse(before?.updated_at ?? ""));
  });

  test("of one id given twice the last counts, bad documents are reported, the good ones are stored", async () => {
    await using opened = await openCollection({ fields: { year: "number" } });
    const { collection } = opened;
    const result = await collection.upsert([
      { id: 1, text: "first" },
      { id: "bad", text: "" },
      { id: "1", text: "second" },
      { id: "old", text: "x", metadata: { year: "1990" } },
      "nothing",
      { id: "good", text: "good" },
    ]);
    expect(result).toMatchObject({ upserted: 2, duplicates: 1, ids: ["1", "good"] });
    expect(result.failed.map(({ index, id, code }) => [index, id, code])).toEqual([
      [1, "bad", "document_invalid"],
      [3, "old", "field_type_mismatch"],
      [4, undefined, "document_invalid"],
    ]);
    expect((await collection.get(1))?.text).toBe("second");
    expect(await collection.count()).toBe(2);
  });

  test("a large call is stored in slices and reports progress", async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    const progress: number[] = [];
    const many = Array.from({ length: 300 }, (_, at) => ({ id: `d${at}`, text: `text number ${at}` }));
    const result = await collection.upsert(many, { onProgress: ({ documents }) => progress.push(documents) });
    expect(result).toMatchObject({ upserted: 300, version: 3 });
    expect(progress).toEqual([128, 256, 300]);
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 300 });
  });

  test("an abort stops between slices and keeps what was stored", async () => {
    const abort = new AbortController();
    let batches = 0;
    const embedder = new FakeEmbedder({ beforeEmbed: () => (++batches === 2 ? abort.abort() : undefined) });
    await using opened = await openCollection({}, embedder);
    const { collection } = opened;
    const many = Array.from({ length: 300 }, (_, at) => ({ id: `d${at}`, text: `text number ${at}` }));
    await expect(collection.upsert(many, { signal: abort.signal })).rejects.toThrow("aborted");
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 128, passages: 128 });
  });

  test("a failing embedder stores nothing of its slice", async () => {
    const embedder = new FakeEmbedder({
      beforeEmbed: (texts) => {
        if (texts.includes("poison")) throw new Error("out of memory");
      },
    });
    await using opened = await openCollection({}, embedder);
    await expect(opened.collection.upsert([{ text: "fine" }, { text: "poison" }])).rejects.toThrow("out of memory");
    expect(await opened.collection.verify()).toMatchObject({ ok: true, documents: 0, passages: 0 });
  });

  test("a splitter's passages are stored, a text without any is reported", async () => {
    await using folder = await temporaryDirectory();
    await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder(), split });
    const collection = await database.createCollection({ name: "c" });
    const text = "Kidneys filter blood. Stones hurt. Water helps.";
    expect(await collection.upsert([{ id: "a", text }, { text: "no sentence" }])).toMatchObject({
      upserted: 1,
      failed: [{ index: 1, code: "document_invalid" }],
    });
    expect((await collection.get("a"))?.passages.map(({ start, end }) => text.slice(start, end))).toEqual([
      "Kidneys filter blood.",
      "Stones hurt.",
      "Water helps.",
    ]);
    const { hits } = await collection.search({ query: "stones" });
    expect(hits).toMatchObject([{ id: "a", text: "Stones hurt.", passage: { start: 22, end: 34 } }]);
    const passages = await collection.search({ query: "stones", level: "passage" });
    expect(passages.hits.map((hit) => hit.text)).toEqual(["Stones hurt.", expect.any(String), expect.any(String)]);
    await collection.upsert([{ id: "a", text: "Shorter now." }]);
    expect(await collection.verify()).toMatchObject({ ok: true, passages: 1 });
  });
});

describe("delete, list, count, sources", () => {
  test("by id, by filter and by source; what is deleted is gone at once", async () => {
    await using opened = await openCollection({ fields: { year: "number" } });
    const { collection } = opened;
    await collection.upsert(documents);
    expect(await collection.delete({ ids: ["stones", "stones", "none", 5] })).toEqual({ deleted: 1, version: 2 });
    expect(await collection.get("stones")).toBeUndefined();
    expect((await collection.search({ query: "kidney stones" })).hits.map(({ id }) => id)).not.toContain("stones");
    expect(await collection.delete({ filter: { year: { lt: 2020 } } })).toMatchObject({ deleted: 1 });
    expect((await collection.list()).documents.map(({ id }) => id)).toEqual(["asthma"]);
    await collection.upsert(
      [
        { id: "p1", text: "one" },
        { id: "p2", text: "two" },
      ],
      { source: "file.txt" },
    );
    await collection.upsert([{ id: "q", text: "three" }], { source: "other.txt" });
    expect(await collection.delete({ source: "file.txt", except: ["p2"] })).toMatchObject({ deleted: 1 });
    expect(await collection.count()).toBe(3);
    await collection.upsert([{ id: "p2", text: "two" }], { source: "other.txt" });
    expect(await collection.delete({ source: "file.txt" })).toMatchObject({ deleted: 0 });
    expect(await collection.delete({ source: "other.txt" })).toMatchObject({ deleted: 2 });
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 1, passages: 1 });
  });

  test("a selector must name one thing", async () => {
    await using opened = await openCollection();
    for (const selector of [{}, { ids: ["a"], source: "b" }, { ids: [1.5] }, { ids: "a" }, { except: ["a"] }]) {
      await expect(opened.collection.delete(selector as never)).rejects.toMatchObject({ code: "query_invalid" });
    }
    await expect(opened.collection.delete({ filter: { nope: 1 } })).rejects.toMatchObject({
      code: "filter_field_unknown",
    });
  });

  test("pages of a list are in order of id, with and without a filter, across writes", async () => {
    await using opened = await openCollection({ fields: { even: "boolean" } });
    const { collection } = opened;
    const many = Array.from({ length: 25 }, (_, at) => ({
      id: `d${at}`,
      text: `text ${at}`,
      metadata: { even: at % 2 === 0 },
    }));
    await collection.upsert(many);
    const read = async (filter?: { even: boolean }) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await collection.list({
          limit: 4,
          ...(filter && { filter }),
          ...(cursor !== undefined && { cursor }),
        });
        ids.push(...page.documents.map(({ id }) => id));
        cursor = page.cursor;
        await collection.upsert([{ id: "aaa", text: "before every page", metadata: { even: true } }]);
      } while (cursor !== undefined);
      return ids;
    };
    expect(await read()).toEqual(many.map(({ id }) => id).sort());
    expect(await read({ even: true })).toEqual([
      "aaa",
      ...many
        .filter((_, at) => at % 2 === 0)
        .map(({ id }) => id)
        .sort(),
    ]);
    expect(await collection.list({ limit: 1 })).toMatchObject({ total: 26, documents: [{ id: "aaa", length: 17 }] });
  });

  test("a list refuses cursors and limits that it did not give", async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    await collection.upsert(documents);
    const { cursor = "" } = await collection.list({ limit: 1 });
    for (const bad of ["", "x", cursor.slice(1), Buffer.from("[1,2]").toString("base64url")]) {
      await expect(collection.list({ cursor: bad })).rejects.toMatchObject({ code: "cursor_invalid" });
    }
    await expect(collection.list({ cursor, filter: { id: "a" } })).rejects.toMatchObject({ code: "cursor_invalid" });
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
      await expect(collection.list({ limit })).rejects.toMatchObject({ code: "query_invalid" });
    }
  });

  test("what ingestion remembers of a source survives reopening", async () => {
    await using folder = await temporaryDirectory();
    {
      await using database = await Database.open(folder.path, { loadEmbedder });
      const { sources } = await database.createCollection({ name: "c" });
      await sources.set("docs/a.txt", { hash: "h1", documents: 1 });
      await sources.set("docs/a.txt", { hash: "h2", documents: 2 });
      await sources.set("other/b.txt", { hash: "h3", documents: 3 });
      await sources.set("gone", { hash: "h4", documents: 0 });
      await sources.remove("gone");
    }
    await using database = await Database.open(folder.path, { loadEmbedder });
    const { sources } = await database.collection("c");
    expect(await sources.get("docs/a.txt")).toMatchObject({ hash: "h2", documents: 2 });
    expect(await sources.get("gone")).toBeUndefined();
    expect((await sources.list()).map(({ source }) => source)).toEqual(["docs/a.txt", "other/b.txt"]);
    expect((await sources.list("docs/")).map(({ source }) => source)).toEqual(["docs/a.txt"]);
  });
});

describe("concurrency", () => {
  test("eight writers of the same and of other documents: each document once, with one writer's content", async () => {
    await using opened = await openCollection();
    const { collection } = opened;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 4; round++) {
        await collection.upsert([
          { id: "shared", text: `writer ${writer} round ${round}` },
          { id: `own-${writer}`, text: `round ${round}` },
          { id: `new-${writer}-${round}`, text: "new" },
        ]);
        if (round === 2) await collection.delete({ ids: [`new-${writer}-0`] });
      }
    });
    const readers = Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 10; round++) {
        const { hits } = await collection.search({ query: "writer round", limit: 50 });
        expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
      }
    });
    await Promise.all([...writers, ...readers]);
    expect(await collection.verify()).toMatchObject({ ok: true, documents: 1 + 8 + 8 * 3 });
    expect((await collection.get("shared"))?.text).toMatch(/^writer \d round 3$/);
    expect((await collection.get("own-5"))?.text).toBe("round 3");
  });

  test("a search does not wait for a write that is being encoded", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const embedder = new FakeEmbedder({ beforeEmbed: (texts) => (texts.includes("slow") ? gate : undefined) });
    await using opened = await openCollection({}, embedder);
    const { collection } = opened;
    await collection.upsert(documents);
    const writing = collection.upsert([{ id: "slow", text: "slow" }]);
    expect((await collection.search({ query: "insulin" })).hits[0]?.id).toBe("insulin");
    await collection.upsert([{ id: "fast", text: "fast" }]);
    expect(await collection.get("fast")).toBeDefined();
    expect(await collection.get("slow")).toBeUndefined();
    open();
    await writing;
    expect(await collection.get("slow")).toBeDefined();
  });
});
