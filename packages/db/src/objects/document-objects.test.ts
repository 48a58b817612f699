import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";
import { DatabaseReader } from "../database-reader.ts";
import { Database } from "../database.ts";
import { MAX_OBJECT_BYTES } from "../schemas/object.ts";

const newEmbedder = async () => new FakeEmbedder();

async function openDatabase() {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const embedder = new FakeEmbedder();
  const loadEmbedder = async () => embedder;
  const database = stack.use(await Database.open(path, { loadEmbedder }));
  const collection = await database.createCollection({ name: "c" });
  const files = async () => {
    const names = await readdir(join(path, "objects"), { recursive: true });
    return names.filter((name) => name.length > 2).map((name) => join(path, "objects", name));
  };
  return {
    database,
    collection,
    embedder,
    loadEmbedder,
    path,
    files,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function objectOf(text: string, media_type = "application/pdf") {
  const bytes = Buffer.from(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { object: { media_type, bytes }, info: { media_type, bytes: bytes.length, sha256 } };
}

const [scan, other] = [objectOf("a scan"), objectOf("another scan", "IMAGE/png")];

test("a document shows its object everywhere, without its bytes; those are read by themselves", async () => {
  await using opened = await openDatabase();
  const { collection, loadEmbedder, path } = opened;
  await collection.upsert([
    { id: "a", text: "Kidney.", object: scan.object },
    { id: "b", text: "Skin." },
  ]);
  expect((await collection.get("a"))?.object).toEqual(scan.info);
  expect(await collection.get("b")).not.toHaveProperty("object");
  expect((await collection.list()).documents.map(({ object }) => object)).toEqual([scan.info, undefined]);
  const { hits } = await collection.search({ query: "kidney" });
  expect(hits.find(({ id }) => id === "a")?.object).toEqual(scan.info);
  expect(hits.find(({ id }) => id === "b")).not.toHaveProperty("object");
  const whole = { media_type: "application/pdf", sha256: scan.info.sha256, bytes: scan.object.bytes };
  expect(await collection.object("a")).toEqual(whole);
  expect([await collection.object("b"), await collection.object("none")]).toEqual([undefined, undefined]);
  await using reader = await DatabaseReader.open(path, { loadEmbedder });
  expect(await (await reader.collection("c")).object("a")).toEqual(whole);
});

test("an object is one file whoever has it, and goes with the last document that has it", async () => {
  await using opened = await openDatabase();
  const { database, collection, files } = opened;
  const second = await database.createCollection({ name: "second" });
  for (const id of ["a", "b"]) await collection.upsert([{ id, text: id, object: scan.object }]);
  await second.upsert([{ id: "a", text: "a", object: { ...scan.object, media_type: "text/plain" } }]);
  expect(await files()).toHaveLength(1);
  await collection.delete({ ids: ["a"] });
  await collection.upsert([{ id: "b", text: "b" }]);
  expect(await collection.object("b")).toBeUndefined();
  expect(await second.object("a")).toMatchObject({ media_type: "text/plain", bytes: scan.object.bytes });
  await database.dropCollection("second");
  expect(await files()).toEqual([]);
});

test("opening sweeps what a crash left, and nothing that a document has", async () => {
  await using folder = await temporaryDirectory();
  const objects = join(folder.path, "objects");
  {
    await using database = await Database.open(folder.path, { loadEmbedder: newEmbedder });
    const collection = await database.createCollection({ name: "c" });
    await collection.upsert([{ id: "a", text: "a", object: scan.object }]);
  }
  const shard = join(objects, other.info.sha256.slice(0, 2));
  await mkdir(shard, { recursive: true });
  await writeFile(join(shard, other.info.sha256), other.object.bytes);
  await writeFile(join(objects, ".half"), "half");
  await using database = await Database.open(folder.path, { loadEmbedder: newEmbedder });
  const names = await readdir(objects, { recursive: true });
  expect(names.map((name) => basename(name)).filter((name) => name.length > 2)).toEqual([scan.info.sha256]);
  expect(await (await database.collection("c")).verify()).toMatchObject({ ok: true, objects: 1 });
});

test("an opened object can be read to its end after its document is gone", async () => {
  await using opened = await openDatabase();
  const { collection, files } = opened;
  const large = objectOf("x".repeat(1_000_000));
  await collection.upsert([{ id: "a", text: "a", object: large.object }]);
  const read = await collection.openObject("a");
  await collection.delete({ ids: ["a"] });
  expect(await files()).toEqual([]);
  expect(Buffer.concat(await Array.fromAsync(read?.content ?? []))).toEqual(large.object.bytes);
});

test("unchanged content with the same object is unchanged; another object is a change that embeds nothing", async () => {
  await using opened = await openDatabase();
  const { collection, embedder, files } = opened;
  const document = { id: "a", text: "Kidney." };
  await collection.upsert([{ ...document, object: scan.object }]);
  expect(await collection.upsert([{ ...document, object: scan.object }])).toMatchObject({ unchanged: 1, version: 1 });
  const embedded = embedder.documents.length;
  expect(await collection.upsert([{ ...document, object: other.object }])).toMatchObject({ unchanged: 0, version: 2 });
  expect(
    await collection.upsert([{ ...document, object: { ...other.object, media_type: "text/plain" } }]),
  ).toMatchObject({
    unchanged: 0,
  });
  expect(await collection.upsert([document])).toMatchObject({ unchanged: 0 });
  expect(embedder.documents).toHaveLength(embedded);
  expect(await files()).toEqual([]);
});

test("setObject changes nothing but the object, at the revision asked for; patches leave it", async () => {
  await using opened = await openDatabase();
  const { collection, embedder, files } = opened;
  await collection.upsert([{ id: "a", text: "Kidney.", title: "T", tags: ["t"], metadata: { year: 1 } }]);
  const embedded = embedder.documents.length;
  expect(await collection.setObject("a", scan.object, { ifRev: 1 })).toEqual({ object: scan.info, version: 2 });
  await expect(collection.setObject("a", other.object, { ifRev: 1 })).rejects.toThrow(
    expect.objectContaining({ code: "revision_conflict" }),
  );
  await collection.patch({ documents: [{ id: "a", metadata: { year: 2 } }] });
  expect(await collection.get("a")).toMatchObject({
    title: "T",
    tags: ["t"],
    metadata: { year: 2 },
    object: scan.info,
  });
  expect((await collection.object("a"))?.bytes).toEqual(scan.object.bytes);
  expect(await collection.setObject("none", scan.object)).toBeUndefined();
  expect(await collection.setObject("a", null)).toEqual({ version: 4 });
  expect(await collection.get("a")).not.toHaveProperty("object");
  expect(await files()).toEqual([]);
  expect(embedder.documents).toHaveLength(embedded);
});

test("writes of the same object at the same time lose nothing", async () => {
  await using opened = await openDatabase();
  const { database, collection, files } = opened;
  const second = await database.createCollection({ name: "second" });
  const rounds = Array.from({ length: 30 }, (_, round) => round);
  const write = async (target: typeof collection, id: string) => {
    for (const round of rounds) {
      await target.upsert([{ id, text: `Round ${round}.`, object: round % 2 === 0 ? scan.object : other.object }]);
      if (round % 3 === 2) await target.delete({ ids: [id] });
    }
    await target.upsert([{ id, text: "Last.", object: scan.object }]);
  };
  await Promise.all([write(collection, "a"), write(collection, "b"), write(second, "a")]);
  expect(await database.verify()).toMatchObject({ ok: true, collections: [{ objects: 1 }, { objects: 1 }] });
  expect((await collection.object("b"))?.bytes).toEqual(scan.object.bytes);
  expect(await files()).toHaveLength(1);
});

test("indexing anew and snapshots take objects along, without a copy", async () => {
  await using opened = await openDatabase();
  const { database, collection, files, path } = opened;
  await collection.upsert([
    { id: "a", text: "Kidney.", object: scan.object },
    { id: "b", text: "Skin.", object: other.object },
  ]);
  await collection.reindex({ fields: { year: "number" } });
  const { id } = await database.snapshots.create("c");
  await collection.delete({ ids: ["a", "b"] });
  const restored = await database.snapshots.restore(id, { name: "restored" });
  expect((await restored.get("b"))?.object).toEqual({ ...other.info, media_type: "image/png" });
  expect((await restored.object("a"))?.bytes).toEqual(scan.object.bytes);
  await database.snapshots.restore(id, { name: "c", replace: true });
  expect((await collection.object("b"))?.bytes).toEqual(other.object.bytes);
  expect(await database.verify()).toMatchObject({ ok: true });
  expect(await files()).toHaveLength(2);
  await rm(join(path, "snapshots", id, "objects", scan.info.sha256));
  await expect(database.snapshots.restore(id, { name: "x" })).rejects.toThrow(
    expect.objectContaining({ code: "snapshot_invalid" }),
  );
});

test("verify finds what is missing and what is damaged, reading says so, and storing it again mends it", async () => {
  await using opened = await openDatabase();
  const { collection, files } = opened;
  const damaged = expect.objectContaining({ code: "object_damaged" });
  const document = { id: "a", text: "Kidney.", object: scan.object };
  await collection.upsert([document]);
  const [file = ""] = await files();
  await appendFile(file, "!");
  expect(await collection.verify()).toMatchObject({ ok: false, objects: 1, damaged_objects: 1, missing_objects: 0 });
  await expect(collection.object("a")).rejects.toThrow(damaged);
  await rm(file);
  expect(await collection.verify()).toMatchObject({ ok: false, damaged_objects: 0, missing_objects: 1 });
  await expect(collection.object("a")).rejects.toThrow(damaged);
  expect(await collection.upsert([document])).toMatchObject({ unchanged: 1 });
  expect((await collection.object("a"))?.bytes).toEqual(scan.object.bytes);
  expect(await collection.verify()).toMatchObject({ ok: true });
});

describe("refused, document by document", () => {
  const bytes = scan.object.bytes;
  test.each<readonly [name: string, object: unknown, code: string]>([
    ["no bytes", { media_type: "text/plain" }, "document_invalid"],
    ["bytes of JSON", { media_type: "text/plain", bytes: { 0: 1 } }, "document_invalid"],
    ["what is shown of an object", scan.info, "document_invalid"],
    ["an empty object", { media_type: "text/plain", bytes: new Uint8Array() }, "document_invalid"],
    ["text", "bytes", "document_invalid"],
    ["a large one", { media_type: "text/plain", bytes: new Uint8Array(MAX_OBJECT_BYTES + 1) }, "document_too_large"],
    ["no type", { bytes }, "document_invalid"],
    ...[
      "pdf",
      "a/b/c",
      "*/*",
      "text/plain; charset=utf-8",
      "text/plain\r\nSet-Cookie: a=b",
      `text/${"x".repeat(128)}`,
      "text/html",
      "TEXT/HTML",
      "image/svg+xml",
      "application/xhtml+xml",
      "text/javascript",
      "application/x-javascript",
      "application/ecmascript",
      "multipart/mixed",
      "message/rfc822",
    ].map((media_type) => [media_type, { bytes, media_type }, "document_invalid"] as const),
  ])("%s", async (_name, object, code) => {
    await using opened = await openDatabase();
    const { collection } = opened;
    const { upserted, failed } = await collection.upsert([
      { id: "bad", text: "a", object },
      { id: "good", text: "b" },
    ]);
    expect({ upserted, failed }).toMatchObject({ upserted: 1, failed: [{ index: 0, id: "bad", code }] });
    expect(failed[0]?.message).toMatch(/^object/);
  });
});

test("what is JSON has no bytes: accepted writes refuse them, imports leave the name to others", async () => {
  await using opened = await openDatabase();
  const { collection } = opened;
  await expect(collection.accept([{ text: "a", object: scan.object }])).rejects.toThrow(
    expect.objectContaining({ code: "document_invalid" }),
  );
  const file = new Blob([`${JSON.stringify({ id: "a", text: "a", object: "a thing" })}\n`]);
  expect(await collection.import("jsonl", file)).toMatchObject({ upserted: 1, failed_total: 0 });
});

test("a repeated call with a key is known by the bytes", async () => {
  await using opened = await openDatabase();
  const { collection } = opened;
  const options = { idempotencyKey: "k" };
  const call = (object: object) => collection.upsert([{ text: "a", object }], options);
  const first = await call(scan.object);
  expect(await call({ ...scan.object, bytes: new Uint8Array(scan.object.bytes) })).toEqual(first);
  await expect(call(other.object)).rejects.toThrow(expect.objectContaining({ code: "idempotency_key_reused" }));
});
