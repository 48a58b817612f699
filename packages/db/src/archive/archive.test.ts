import { blobOf, FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import { ExportedDocument, ExportFormat, ImportResult } from "../schemas/export.ts";
import type { DocumentInput } from "../schemas/document.ts";
import type { CollectionConfigInput } from "../schemas/collection.ts";

const FORMATS = ExportFormat.options;

async function openDatabase() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const embedders = new Map<string, FakeEmbedder>();
  const loadEmbedder = async (model = "first") => {
    const embedder = embedders.get(model) ?? new FakeEmbedder({ model });
    embedders.set(model, embedder);
    return embedder;
  };
  const split = Object.assign(
    async (text: string) => [
      { start: 0, end: Math.ceil(text.length / 2) },
      ...(text.length > 1 ? [{ start: Math.ceil(text.length / 2), end: text.length }] : []),
    ],
    { version: "halves" },
  );
  const database = stack.use(await Database.open(folder.path, { loadEmbedder, split }));
  const create = (name: string, config: Omit<CollectionConfigInput, "name"> = {}) =>
    database.createCollection({ name, ...config });
  const embedded = () => [...embedders.values()].reduce((sum, { documents }) => sum + documents.length, 0);
  return { database, create, embedded, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const documents: DocumentInput[] = [
  {
    id: "a/ü 1",
    title: 'Title\nwith "quotes"',
    text: "A text with 😀, tabs\t, \u2028 and NUL-free controls.\r\nSecond line.",
    tags: ["x", "é"],
    metadata: {
      year: 2019,
      nested: { deep: [1, null, { a: "b" }], empty: {} },
      list: ["a", "b"],
      number: 1e-300,
      negative: -0.5,
      nothing: null,
      "key with spaces": true,
      constructor: "a key like any other",
    },
  },
  { id: "2", text: "x", metadata: {} },
  { id: "3", text: "Plain.", tags: [], metadata: { when: "2020-02-29" } },
];

/** Everything but the revision, which counts the writes of a collection. */
async function contentOf(collection: Collection) {
  const { documents: listed } = await collection.list({ limit: 1_000 });
  const whole = await Promise.all(listed.map(({ id }) => collection.get(id)));
  return whole.map((document) => ({ ...document, rev: 0 }));
}

describe.each(FORMATS)("%s", (format) => {
  test("an export holds everything, and importing it makes the same collection without embedding", async () => {
    await using opened = await openDatabase();
    const source = await opened.create("source", { fields: { year: "number" } });
    await source.upsert(documents, { source: "file.txt" });
    await source.patch({ documents: [{ id: "2", tags: ["later"] }] });
    const file = await blobOf(source.export(format, { vectors: true }));
    const before = opened.embedded();
    const copy = await opened.create("copy", { fields: { year: "number" } });
    expect(await copy.import(format, file)).toMatchObject({ documents: 3, upserted: 3, embedded: 0, failed_total: 0 });
    expect(opened.embedded()).toBe(before);
    expect(await contentOf(copy)).toEqual(await contentOf(source));
    for (const mode of ["dense", "keyword", "hybrid"] as const) {
      const request = { query: "plain text", mode };
      expect((await copy.search(request)).hits).toEqual((await source.search(request)).hits);
    }
    expect(await copy.delete({ source: "file.txt" })).toMatchObject({ deleted: 3 });
  });

  test("an import is repeated without writing, and goes on where it was stopped", async () => {
    await using opened = await openDatabase();
    const source = await opened.create("source");
    await source.upsert(Array.from({ length: 900 }, (_, at) => ({ id: `d${at}`, text: `Text number ${at}.` })));
    const file = await blobOf(source.export(format));
    const copy = await opened.create("copy");
    const controller = new AbortController();
    const stopped = copy.import(format, file, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(await copy.count()).toBe(256);
    const rest = await copy.import(format, file);
    expect(rest).toMatchObject({ documents: 900, upserted: 900, unchanged: 256, embedded: 644 });
    expect(await copy.import(format, file)).toMatchObject({ unchanged: 900, embedded: 0, version: rest.version });
    expect(await copy.verify()).toMatchObject({ ok: true, documents: 900 });
  });

  test("an export beside writes has every document once, as it was or as it is", async () => {
    await using opened = await openDatabase();
    const source = await opened.create("source");
    await source.upsert(rewritten(0));
    const controller = new AbortController();
    const writing = (async () => {
      for (let round = 1; !controller.signal.aborted; round++) await source.upsert(rewritten(round));
    })();
    const file = await blobOf(source.export(format, { vectors: true }));
    controller.abort();
    await writing;
    const copy = await opened.create("copy");
    expect(await copy.import(format, file)).toMatchObject({ documents: 600, upserted: 600, failed_total: 0 });
  });

  test("an export of a filter, and of nothing", async () => {
    await using opened = await openDatabase();
    const source = await opened.create("source", { fields: { year: "number" } });
    await source.upsert(documents);
    const copy = await opened.create("copy");
    const some = await blobOf(source.export(format, { filter: { year: 2019 } }));
    expect(await copy.import(format, some)).toMatchObject({ documents: 1, upserted: 1 });
    const none = await blobOf(source.export(format, { filter: { year: 1 } }));
    expect(await copy.import(format, none)).toMatchObject({ documents: 0, upserted: 0 });
  });

  test("vectors of another model are made anew, and wrong ones are not believed", async () => {
    await using opened = await openDatabase();
    const source = await opened.create("source");
    await source.upsert(documents);
    const file = await blobOf(source.export(format, { vectors: true }));
    const other = await opened.create("other", { model: "second" });
    expect(await other.import(format, file)).toMatchObject({ upserted: 3, embedded: 3 });
    const keyword = await opened.create("keyword", { dense: false });
    expect(await keyword.import(format, file)).toMatchObject({ upserted: 3, failed_total: 0 });
  });

  test.each([
    ["empty", new Blob([])],
    ["garbage", new Blob([Buffer.alloc(10_000, "PAR1 canary \u0001")])],
    ["cut", undefined],
  ])("a file that is %s gives a typed error or names its lines", async (_name, given) => {
    await using opened = await openDatabase();
    const source = await opened.create("source");
    await source.upsert(documents);
    const whole = await blobOf(source.export(format, { vectors: true }));
    const file = given ?? whole.slice(0, Math.floor(whole.size / 2));
    const copy = await opened.create("copy");
    const outcome: unknown = await copy.import(format, file).catch((error: unknown) => error);
    const told = outcome instanceof Error ? [outcome] : ImportResult.parse(outcome).failed;
    for (const failure of told) {
      expect(failure).toMatchObject({ code: expect.stringMatching(/^(document|import)_invalid$/) });
      expect(failure.message).not.toContain("canary");
    }
    expect(await copy.verify()).toMatchObject({ ok: true });
  });
});

test("lines are whole documents as the schema says", async () => {
  await using opened = await openDatabase();
  const source = await opened.create("source");
  await source.upsert(documents);
  const text = await (await blobOf(source.export("jsonl", { vectors: true }))).text();
  for (const line of text.trimEnd().split("\n")) {
    const { embedding } = ExportedDocument.strict().parse(JSON.parse(line));
    expect(embedding?.vectors).toHaveLength(embedding?.passages.length ?? -1);
  }
});

test("bad lines are reported with their numbers, and the others stored", async () => {
  await using opened = await openDatabase();
  const collection = await opened.create("c", { fields: { year: "number" } });
  const { dimension } = await collection.info();
  const embedding = { model: "first", splitter: "halves", passages: [{ start: 0, end: 1 }], vectors: ["AAA="] };
  const lines = [
    { id: "good", text: "Good." },
    "no JSON",
    { id: "untexted" },
    { id: "mistyped", text: "x", metadata: { year: "soon" } },
    { id: "timed", text: "x", created_at: "yesterday" },
    { id: "embedded", text: "xy", embedding },
    { id: "uneven", text: "xy", embedding: { ...embedding, vectors: [] } },
    {
      id: "outside",
      text: "x",
      embedding: { ...embedding, passages: [{ start: 0, end: 9 }], vectors: [vectorOf(dimension)] },
    },
    { id: "strange", text: "xy", embedding: { ...embedding, vectors: [vectorOf(dimension, Number.NaN)] } },
    { id: "good", text: "Better." },
    [],
  ];
  const file = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const result = await collection.import("jsonl", new Blob([file]));
  expect(result.failed.map(({ line, id, code }) => [line, id, code])).toEqual([
    [2, undefined, "document_invalid"],
    [3, "untexted", "document_invalid"],
    [4, "mistyped", "field_type_mismatch"],
    [5, "timed", "document_invalid"],
    [6, "embedded", "document_invalid"],
    [7, "uneven", "document_invalid"],
    [11, undefined, "document_invalid"],
    [8, "outside", "document_invalid"],
  ]);
  expect(result).toMatchObject({ documents: 11, upserted: 2, failed_total: 8 });
  expect((await collection.get("good"))?.text).toBe("Better.");
  expect((await collection.get("strange"))?.passages).toHaveLength(2);
  expect(await collection.verify()).toMatchObject({ ok: true });
});

function vectorOf(dimension: number, value = 0.1): string {
  return Buffer.from(new Float32Array(dimension).fill(value).buffer).toString("base64");
}

test("a Parquet file needs its end first", async () => {
  await using opened = await openDatabase();
  const collection = await opened.create("c");
  const stream = (async function* () {
    yield new Uint8Array(8);
  })();
  await expect(collection.import("parquet", stream)).rejects.toThrow(
    expect.objectContaining({ code: "import_invalid" }),
  );
});

function rewritten(round: number) {
  return Array.from({ length: 600 }, (_, at) => ({ id: `d${at}`, text: `Text ${at} of round ${round}.` }));
}
