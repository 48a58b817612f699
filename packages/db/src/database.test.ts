import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { Database } from "./database.ts";

const loadEmbedder = async () => new FakeEmbedder();

test("a collection is created, found by name, listed and dropped", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  const created = await database.createCollection({ name: "medquad", fields: { year: "number" } });
  expect(created.config).toEqual({ model: undefined, fields: { year: "number" } });
  expect(await database.collection("medquad")).toBe(created);
  expect(await database.hasCollection("medquad")).toBe(true);
  expect(await database.collections()).toMatchObject([
    { name: "medquad", model: "fake-words", dimension: 256, fields: { year: "number" }, documents: 0, passages: 0 },
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
