import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { modelPrecisions } from "@galen/core";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { Database } from "./database.ts";
import type { LoadEmbedder } from "./embedder.ts";
import { ModelPrecision } from "./schemas/vectors.ts";

/** Written by the first version, before the catalogue knew precisions. */
const FIRST_FOLDER = fileURLToPath(new URL("../../../testing/data-folders/first", import.meta.url));
const loadEmbedder = async () => new FakeEmbedder();

test("a collection is created, found by name, listed and dropped", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  const created = await database.createCollection({ name: "medquad", fields: { year: "number" } });
  expect(created.config).toEqual({ model: undefined, precision: "fp32", fields: { year: "number" } });
  expect(await database.collection("medquad")).toBe(created);
  expect(await database.hasCollection("medquad")).toBe(true);
  expect(await database.collections()).toMatchObject([
    {
      name: "medquad",
      model: "fake-words",
      precision: "fp32",
      dimension: 256,
      fields: { year: "number" },
      documents: 0,
      passages: 0,
    },
  ]);
  await database.dropCollection("medquad");
  expect(await database.hasCollection("medquad")).toBe(false);
  await expect(created.count()).rejects.toMatchObject({ code: "database_closed" });
  await database.createCollection({ name: "medquad" });
  expect(await (await database.collection("medquad")).count()).toBe(0);
});

test("bad names, taken names and unknown names are refused with a code", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  await database.createCollection({ name: "medquad" });
  await expect(database.createCollection({ name: "medquad" })).rejects.toMatchObject({ code: "collection_exists" });
  for (const name of ["", "../up", "a b", "x".repeat(65), "é"]) {
    await expect(database.createCollection({ name })).rejects.toMatchObject({ code: "collection_invalid" });
  }
  await expect(database.createCollection({ name: "a", fields: { text: "string" } })).rejects.toMatchObject({
    code: "collection_invalid",
  });
  await expect(database.createCollection({ name: "a", precision: "fp16" as "fp32" })).rejects.toMatchObject({
    code: "collection_invalid",
    details: { pointer: "/precision" },
  });
  await expect(database.collection("medqaud")).rejects.toMatchObject({
    code: "collection_not_found",
    hint: "Did you mean medquad?",
  });
  await expect(database.dropCollection("other")).rejects.toMatchObject({ code: "collection_not_found" });
});

test("one writer a folder: a second open is refused, after closing it works", async () => {
  await using folder = await temporaryDirectory();
  const uri = pathToFileURL(folder.path).href;
  {
    await using _first = await Database.open(uri, { loadEmbedder });
    await expect(Database.open(folder.path, { loadEmbedder })).rejects.toMatchObject({ code: "data_folder_locked" });
  }
  await using second = await Database.open(folder.path, { loadEmbedder });
  expect(await second.collections()).toEqual([]);
});

test("a folder of a newer Galen, one that cannot be written and a foreign file are refused", async () => {
  await using folder = await temporaryDirectory();
  const newer = join(folder.path, "newer");
  await (await Database.open(newer, { loadEmbedder }))[Symbol.asyncDispose]();
  const catalogue = new Sqlite(join(newer, "catalogue.sqlite"));
  catalogue.pragma("user_version = 99");
  catalogue.close();
  await expect(Database.open(newer)).rejects.toMatchObject({ code: "data_folder_version", details: { version: 99 } });

  await writeFile(join(folder.path, "file"), "not a folder");
  await expect(Database.open(join(folder.path, "file"))).rejects.toMatchObject({ code: "data_folder_not_writable" });
  await expect(Database.open(join(folder.path, "file", "below"))).rejects.toMatchObject({
    code: "data_folder_not_writable",
  });

  const foreign = join(folder.path, "foreign");
  await (await Database.open(foreign, { loadEmbedder }))[Symbol.asyncDispose]();
  await writeFile(join(foreign, "catalogue.sqlite"), "x".repeat(5000));
  await expect(Database.open(foreign)).rejects.toMatchObject({ code: "storage_failed" });
  await expect(Database.open("s3://bucket/x")).rejects.toMatchObject({ code: "storage_failed" });
});

test("a closed database says so, and closes its embedders", async () => {
  await using folder = await temporaryDirectory();
  const embedder = new FakeEmbedder();
  const database = await Database.open(folder.path, { loadEmbedder: async () => embedder });
  const collection = await database.createCollection({ name: "a" });
  await database[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  expect(embedder.disposed).toBe(true);
  await expect(database.collections()).rejects.toMatchObject({ code: "database_closed" });
  await expect(collection.search({ query: "x" })).rejects.toMatchObject({ code: "database_closed" });
});

test("a collection belongs to the model that made its vectors", async () => {
  await using folder = await temporaryDirectory();
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    const collection = await database.createCollection({ name: "a" });
    await collection.upsert([{ id: "1", text: "insulin" }]);
  }
  const options = { loadEmbedder: async () => new FakeEmbedder({ model: "another" }) };
  await using database = await Database.open(folder.path, options);
  const collection = await database.collection("a");
  await expect(collection.search({ query: "insulin" })).rejects.toMatchObject({ code: "collection_model_mismatch" });
  await expect(collection.upsert([{ text: "x" }])).rejects.toMatchObject({ code: "collection_model_mismatch" });
  expect((await collection.search({ query: "insulin", mode: "keyword" })).hits).toHaveLength(1);
  expect((await collection.get(1))?.text).toBe("insulin");
});

test("a model that fails to load creates nothing and can be loaded later", async () => {
  await using folder = await temporaryDirectory();
  let loads = 0;
  const flaky = async () => {
    if (loads++ === 0) throw new Error("no such model");
    return new FakeEmbedder();
  };
  await using database = await Database.open(folder.path, { loadEmbedder: flaky });
  await expect(database.createCollection({ name: "a", model: "x" })).rejects.toThrow("no such model");
  expect(await database.collections()).toEqual([]);
  await database.createCollection({ name: "a", model: "x" });
  expect(await database.hasCollection("a")).toBe(true);
});

test("a model in fp32 and in int8 are two embedders, each loaded once, and a collection keeps to its own", async () => {
  await using folder = await temporaryDirectory();
  expect(ModelPrecision.options).toEqual(modelPrecisions);
  const loads: string[] = [];
  const loadEmbedder: LoadEmbedder = async (model, { precision }) => {
    loads.push(`${model} ${precision}`);
    return new FakeEmbedder({ model: `${model}:${precision}` });
  };
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    await database.createCollection({ name: "exact", model: "m" });
    const fast = await database.createCollection({ name: "fast", model: "m", precision: "int8" });
    await database.createCollection({ name: "fast-too", model: "m", precision: "int8" });
    await fast.upsert([{ id: "1", text: "insulin" }]);
    expect(loads.splice(0)).toEqual(["m fp32", "m int8"]);
  }
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    expect(await database.collections()).toMatchObject([
      { name: "exact", model: "m:fp32", precision: "fp32" },
      { name: "fast", model: "m:int8", precision: "int8" },
      { name: "fast-too", model: "m:int8", precision: "int8" },
    ]);
    const fast = await database.collection("fast");
    expect(fast.config.precision).toBe("int8");
    expect((await fast.search({ query: "insulin", mode: "dense" })).hits).toHaveLength(1);
    expect(loads).toEqual(["m int8"]);
  }
  await using database = await Database.open(folder.path, { loadEmbedder: exactOnly });
  await expect((await database.collection("fast")).embedder()).rejects.toMatchObject({
    code: "collection_model_mismatch",
    details: { expected: "m:int8", found: "m:fp32" },
  });
});

const exactOnly: LoadEmbedder = async (model) => new FakeEmbedder({ model: `${model}:fp32` });
const ofFirstFolder: LoadEmbedder = async () => new FakeEmbedder({ dimension: 16 });

test("a folder of before there were precisions opens: its collections are fp32, new ones may be int8", async () => {
  await using folder = await temporaryDirectory();
  await cp(FIRST_FOLDER, folder.path, { recursive: true });
  for (const round of [0, 1]) {
    await using database = await Database.open(folder.path, { loadEmbedder: ofFirstFolder });
    const notes = await database.collection("notes");
    expect(await notes.info()).toMatchObject({ precision: "fp32", documents: 2 + round, fields: { year: "number" } });
    expect((await notes.search({ query: "kidney stones", filter: { year: 2021 } })).hits[0]?.id).toBe("stones");
    expect(await notes.upsert([{ id: "heart", text: "Hearts beat." }])).toMatchObject({ upserted: 1, failed: [] });
    if (round === 0) await database.createCollection({ name: "fast", precision: "int8" });
    expect(await (await database.collection("fast")).info()).toMatchObject({ precision: "int8" });
    expect(await database.verify()).toMatchObject({ ok: true });
  }
});

const ofThen: LoadEmbedder = async (model = "fake-words", { precision }) =>
  new FakeEmbedder({ model: `${model}:${precision}`, dimension: 8 });

test.each(["precision", "generations", "text-settings", "objects"])(
  "a folder of before is opened: %s",
  async (name) => {
    await using folder = await temporaryDirectory();
    await cp(fileURLToPath(new URL(`../../../testing/data-folders/${name}`, import.meta.url)), folder.path, {
      recursive: true,
    });
    for (const round of [0, 1]) {
      await using database = await Database.open(folder.path, { loadEmbedder: ofThen });
      const notes = await database.collection("notes");
      expect(await notes.info()).toMatchObject({ precision: "int8", dense: true, documents: 2 + round });
      for (const mode of ["dense", "keyword", "hybrid"] as const) {
        const { hits } = await notes.search({ query: "kidney stones", mode, filter: { year: 2021 } });
        expect(hits[0]?.id, mode).toBe("stones");
      }
      expect(await notes.upsert([{ id: "heart", text: "Hearts beat." }])).toMatchObject({ upserted: 1, failed: [] });
      await notes.patch({ documents: [{ id: "insulin", metadata: { round } }] });
      if (round === 0) await notes.addFields({ source: "string" });
      expect(await notes.count({ source: { prefix: "a" } })).toBe(1);
      expect(await database.aliases()).toEqual(name === "precision" ? [] : [{ alias: "live", collection: "notes" }]);
      expect(await database.verify()).toMatchObject({ ok: true });
    }
  },
);

test("the folder of the format with objects has them, in its snapshot, too", async () => {
  await using folder = await temporaryDirectory();
  const then = fileURLToPath(new URL("../../../testing/data-folders/objects", import.meta.url));
  await cp(then, folder.path, { recursive: true });
  await using database = await Database.open(folder.path, { loadEmbedder: ofThen });
  const notes = await database.collection("notes");
  expect(Buffer.from((await notes.object("stones"))?.bytes ?? []).toString()).toBe("%PDF of stones");
  const [snapshot] = await database.snapshots.list();
  const restored = await database.snapshots.restore(snapshot?.id ?? "", { name: "again" });
  expect(await restored.info()).toMatchObject({ metric: "cosine", documents: 2 });
  expect(await restored.object("stones")).toEqual(await notes.object("stones"));
});

test("the folder of the format before has its idempotency keys, its texts and its snapshot", async () => {
  await using folder = await temporaryDirectory();
  await cp(fileURLToPath(new URL("../../../testing/data-folders/text-settings", import.meta.url)), folder.path, {
    recursive: true,
  });
  await using database = await Database.open(folder.path, { loadEmbedder });
  const words = await database.collection("words");
  expect((await words.search({ query: "haus" })).hits[0]?.id).toBe("haus");
  const [snapshot] = await database.snapshots.list();
  expect(await database.snapshots.verify(snapshot?.id ?? "")).toMatchObject({ ok: true });
  const restored = await database.snapshots.restore(snapshot?.id ?? "", { name: "again" });
  expect((await restored.search({ query: "straße" })).hits[0]?.id).toBe("haus");
  const other = (await database.collection("notes")).upsert([{ text: "Another." }], { idempotencyKey: "k" });
  await expect(other).rejects.toThrow(expect.objectContaining({ code: "idempotency_key_reused" }));
});
