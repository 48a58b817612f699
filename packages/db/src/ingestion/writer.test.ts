import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { newCollection } from "../catalogue/collection.fixture.ts";
import { SqliteCatalogue } from "../catalogue/sqlite-catalogue.ts";
import { Objects } from "../objects/objects.ts";
import { FolderObjects } from "../storage/folder-objects.ts";
import { connectTables } from "../tables/connection.ts";
import type { EmbeddedDocument } from "../tables/passage-rows.ts";
import { PassageTable } from "../tables/passage-table.ts";
import { verifyCollection } from "../verify.ts";
import { CollectionWriter } from "./writer.ts";

const COLLECTION = "c1";
const shape = { dimension: 8, fields: {} };

function objectsIn(path: string, catalogue: Catalogue): Objects {
  return new Objects(new FolderObjects(join(path, "objects")), catalogue);
}

async function openParts(path: string) {
  const stack = new AsyncDisposableStack();
  const catalogue = stack.use(await SqliteCatalogue.open(join(path, "catalogue.sqlite")));
  const connection = await connectTables(path);
  stack.defer(() => connection.close());
  const location = { folder: path, name: "t" };
  const exists = (await connection.tableNames()).includes("t");
  const table = await (exists ? PassageTable.open(location, shape) : PassageTable.create(connection, location, shape));
  if (!exists) {
    await catalogue.addCollection({ ...newCollection, id: COLLECTION, ...shape });
  }
  const objects = objectsIn(path, catalogue);
  const verify = () =>
    verifyCollection({ name: "c", id: COLLECTION, catalogue, table, objects, maintenance: undefined });
  return { catalogue, table, objects, verify, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const embedder = new FakeEmbedder({ dimension: 8 });

async function embedded(id: string, text: string): Promise<EmbeddedDocument> {
  const vectors = await embedder.embedDocuments([text]);
  const now = new Date();
  const hashes = { contentHash: text, textHash: text };
  const passages = [{ start: 0, end: text.length }];
  const rest = { title: undefined, tags: undefined, metadata: { kind: text }, source: undefined };
  return { id, text, passages, vectors, createdAt: now, updatedAt: now, ...hashes, ...rest };
}

/** The same object, with one method that fails once, before or after doing its work. */
function failing<T extends object>(target: T, method: keyof T, moment: "before" | "after"): T {
  let failed = false;
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== "function") return value;
      if (name !== method || failed) return value.bind(object);
      return async (...given: unknown[]) => {
        failed = true;
        if (moment === "after") await Reflect.apply(value, object, given);
        throw new Error("the power went");
      };
    },
  });
}

async function texts(catalogue: Catalogue): Promise<(string | undefined)[]> {
  return Promise.all(["a", "b"].map(async (id) => (await catalogue.document(COLLECTION, id))?.text));
}

test.each([
  ["stage", "before", "old"],
  ["stage", "after", "old"],
  ["replace", "before", "old"],
  ["replace", "after", "new"],
  ["makeDurable", "before", "new"],
  ["makeDurable", "after", "new"],
  ["settle", "before", "new"],
  ["settle", "after", "new"],
] as const)("a write that stops %s (%s) leaves the %s documents, wholly", async (method, moment, outcome) => {
  await using folder = await temporaryDirectory();
  {
    await using parts = await openParts(folder.path);
    await new CollectionWriter({ collectionId: COLLECTION, ...parts }).store([
      await embedded("a", "old"),
      await embedded("b", "old"),
    ]);
    const catalogue =
      method === "stage" || method === "settle" ? failing(parts.catalogue, method, moment) : parts.catalogue;
    const table = method === "replace" || method === "makeDurable" ? failing(parts.table, method, moment) : parts.table;
    const writer = new CollectionWriter({
      collectionId: COLLECTION,
      catalogue,
      table,
      objects: objectsIn(folder.path, catalogue),
    });
    await expect(writer.store([await embedded("a", "new"), await embedded("b", "new")])).rejects.toMatchObject({
      code: "storage_failed",
    });
  }
  await using parts = await openParts(folder.path);
  await new CollectionWriter({ collectionId: COLLECTION, ...parts }).recover();
  expect(await texts(parts.catalogue)).toEqual([outcome, outcome]);
  expect(await parts.verify()).toMatchObject({ ok: true, documents: 2, passages: 2 });
  expect(await parts.catalogue.seenFields(COLLECTION)).toEqual(["kind"]);
});

test.each(["stageDelete", "removeDocuments", "makeDurable", "settleDelete"] as const)(
  "a deletion that stops after %s is finished by the next write",
  async (method) => {
    await using folder = await temporaryDirectory();
    await using parts = await openParts(folder.path);
    await new CollectionWriter({ collectionId: COLLECTION, ...parts }).store([
      await embedded("a", "x"),
      await embedded("b", "x"),
    ]);
    const inCatalogue = method === "stageDelete" || method === "settleDelete";
    const catalogue = inCatalogue ? failing(parts.catalogue, method, "after") : parts.catalogue;
    const table = inCatalogue ? parts.table : failing(parts.table, method, "after");
    const writer = new CollectionWriter({
      collectionId: COLLECTION,
      catalogue,
      table,
      objects: objectsIn(folder.path, catalogue),
    });
    await expect(writer.remove(async () => ["a"])).rejects.toMatchObject({ code: "storage_failed" });
    expect((await texts(parts.catalogue))[0]).toBeUndefined();
    await writer.store([await embedded("b", "y")]);
    expect(await texts(parts.catalogue)).toEqual([undefined, "y"]);
    expect(await parts.verify()).toMatchObject({ ok: true, documents: 1, passages: 1 });
  },
);

test("a full disk is told as such, and the next write works", async () => {
  await using folder = await temporaryDirectory();
  await using parts = await openParts(folder.path);
  const full = new Proxy(parts.table, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (name === "replace")
        return () => Promise.reject(new Error("LanceError(IO): No space left on device (os error 28)"));
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
  const failingWriter = new CollectionWriter({
    collectionId: COLLECTION,
    catalogue: parts.catalogue,
    table: full,
    objects: parts.objects,
  });
  await expect(failingWriter.store([await embedded("a", "x")])).rejects.toMatchObject({ code: "disk_full" });
  const writer = new CollectionWriter({ collectionId: COLLECTION, ...parts });
  await writer.store([await embedded("a", "x")]);
  expect(await parts.verify()).toMatchObject({ ok: true, documents: 1 });
});

test("table versions after the durable one, torn by a power cut or not, are given up", async () => {
  await using folder = await temporaryDirectory();
  {
    await using parts = await openParts(folder.path);
    await new CollectionWriter({ collectionId: COLLECTION, ...parts }).store([await embedded("a", "old")]);
    const table = failing(parts.table, "makeDurable", "before");
    const writer = new CollectionWriter({
      collectionId: COLLECTION,
      catalogue: parts.catalogue,
      table,
      objects: parts.objects,
    });
    await expect(writer.store([await embedded("a", "new")])).rejects.toMatchObject({ code: "storage_failed" });
  }
  const versions = join(folder.path, "t.lance", "_versions");
  // Names count down from 2⁶⁴ − 1: the first is the newest.
  const [newest] = (await readdir(versions)).filter((name) => name.endsWith(".manifest")).sort();
  await truncate(join(versions, newest ?? ""), 0);
  await using catalogue = await SqliteCatalogue.open(join(folder.path, "catalogue.sqlite"));
  const { tableVersion = 0 } = (await catalogue.findCollection("c")) ?? {};
  const table = await PassageTable.open({ folder: folder.path, name: "t" }, shape, { tableVersion });
  const writer = new CollectionWriter({
    collectionId: COLLECTION,
    catalogue,
    table,
    objects: objectsIn(folder.path, catalogue),
  });
  await writer.recover();
  const objects = objectsIn(folder.path, catalogue);
  const verify = () =>
    verifyCollection({ name: "c", id: COLLECTION, catalogue, table, objects, maintenance: undefined });
  expect((await texts(catalogue))[0]).toBe("old");
  expect(await verify()).toMatchObject({ ok: true, passages: 1 });
  await writer.store([await embedded("a", "newer")]);
  expect((await texts(catalogue))[0]).toBe("newer");
  expect(await verify()).toMatchObject({ ok: true, passages: 1 });
});

test("maintenance bounds the number of files, keeps every document, and leaves nothing unindexed", async () => {
  await using folder = await temporaryDirectory();
  await using parts = await openParts(folder.path);
  const writer = new CollectionWriter({ collectionId: COLLECTION, ...parts });
  for (let at = 0; at < 30; at++) await writer.store([await embedded(`d${at % 10}`, `text ${at}`)]);
  expect(await parts.table.unindexedRows()).toBeGreaterThan(0);
  await writer.close();
  expect(await parts.table.unindexedRows()).toBe(0);
  const files = await readdir(join(folder.path, "t.lance"), { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile()).length).toBeLessThan(25);
  expect(await parts.verify()).toMatchObject({ ok: true, documents: 10, passages: 10 });
  expect((await parts.catalogue.findCollection("c"))?.tableVersion).toBe(await parts.table.version());
});
