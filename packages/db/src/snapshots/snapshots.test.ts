import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import { SnapshotManifest } from "../schemas/snapshot.ts";

const loadEmbedder = async () => new FakeEmbedder();

async function openDatabase() {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const embedder = new FakeEmbedder();
  const database = stack.use(await Database.open(path, { loadEmbedder: async () => embedder }));
  const collection = await database.createCollection({ name: "c", fields: { year: "number" } });
  return { database, collection, embedder, path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const documents = Array.from({ length: 40 }, (_, at) => ({
  id: `d${at}`,
  title: `Title ${at}`,
  text: `Kidney text number ${at}.`,
  tags: ["t"],
  metadata: { year: 2_000 + at, note: { at } },
}));

async function contentOf(collection: Collection) {
  const { documents: listed } = await collection.list({ limit: 1_000 });
  return Promise.all(listed.map(({ id }) => collection.get(id)));
}

/** Damage to a snapshot's manifest. */
const rewrite = (change: (manifest: SnapshotManifest) => unknown) => async (folder: string) => {
  const manifest = SnapshotManifest.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
  await writeFile(join(folder, "manifest.json"), JSON.stringify(change(manifest)));
};

test("a restored collection is the one of then: documents, revisions, vectors, fields; nothing is embedded", async () => {
  await using opened = await openDatabase();
  const { database, collection, embedder } = opened;
  await collection.upsert(documents);
  await collection.settle();
  await collection.patch({ documents: [{ id: "d3", metadata: { year: 1 } }] });
  const before = await contentOf(collection);
  const request = { query: "kidney number 7" };
  const found = (await collection.search(request)).hits;
  const info = await database.snapshots.create("c");
  expect(info).toMatchObject({ collection: "c", documents: 40, version: 2, dimension: embedder.dimension });

  await collection.delete({ filter: { year: { gt: 2_010 } } });
  await collection.upsert([{ id: "new", text: "New." }]);
  await collection.settle();
  const embedded = embedder.documents.length;
  const restored = await database.snapshots.restore(info.id, { name: "restored" });
  expect(await contentOf(restored)).toEqual(before);
  expect((await restored.search(request)).hits).toEqual(found);
  expect(await restored.info()).toMatchObject({ documents: 40, fields: { year: "number" } });
  expect(await restored.verify()).toMatchObject({ ok: true });
  expect(embedder.documents).toHaveLength(embedded);
  expect((await restored.upsert([{ id: "d1", text: "Changed." }])).version).toBe(3);
  expect(await restored.fields()).toMatchObject({ seen: ["note", "note.at"] });

  const replaced = await database.snapshots.restore(info.id, { replace: true });
  expect(replaced).toBe(collection);
  expect(await contentOf(collection)).toEqual(before);
  expect((await collection.search(request)).hits).toEqual(found);
  expect((await collection.upsert([{ id: "again", text: "Again." }])).upserted).toBe(1);
  expect(await database.verify()).toMatchObject({ ok: true });
  expect(await database.snapshots.verify(info.id)).toMatchObject({ ok: true, missing: [], damaged: [] });
});

test("lists, refuses a taken name, outlives its collection, and is removed", async () => {
  await using opened = await openDatabase();
  const { database, collection, path } = opened;
  await collection.upsert(documents);
  const first = await database.snapshots.create("c");
  const second = await database.snapshots.create("c");
  expect(await database.snapshots.list()).toEqual([first, second]);
  await expect(database.snapshots.restore(first.id)).rejects.toThrow(
    expect.objectContaining({ code: "collection_exists" }),
  );
  await database.dropCollection("c");
  expect(await (await database.snapshots.restore(first.id)).count()).toBe(40);
  await database.snapshots.remove(first.id);
  expect(await database.snapshots.list()).toEqual([second]);
  expect(await readdir(join(path, "snapshots"))).toEqual([second.id]);
  const notFound = expect.objectContaining({ code: "snapshot_not_found" });
  for (const id of [first.id, "../tables", "none", ""]) {
    await expect(database.snapshots.restore(id, { name: "x" })).rejects.toThrow(notFound);
    await expect(database.snapshots.remove(id)).rejects.toThrow(notFound);
  }
});

test("taken under a load of writes it is one state", async () => {
  await using opened = await openDatabase();
  const { database, collection } = opened;
  const rounds = 30;
  const write = async () => {
    for (let round = 0; round < rounds; round++) {
      await collection.upsert(documents.map(({ id }) => ({ id, text: `Round ${round}.`, metadata: { round } })));
    }
  };
  const snap = async () => {
    const taken = [];
    for (let count = 0; count < 4; count++) {
      await pause(60);
      taken.push(await database.snapshots.create("c"));
    }
    return taken;
  };
  const [, taken] = await Promise.all([write(), snap()]);
  for (const [at, { id, documents: count }] of taken.entries()) {
    const restored = await database.snapshots.restore(id, { name: `r${at}` });
    const content = await contentOf(restored);
    expect(content).toHaveLength(count);
    expect(new Set(content.map((document) => document?.metadata["round"])).size).toBeLessThanOrEqual(1);
    expect(await restored.verify()).toMatchObject({ ok: true });
  }
});

test("a damaged file, a missing one and a manifest that leads elsewhere are found before anything is restored", async () => {
  await using opened = await openDatabase();
  const { database, collection, path } = opened;
  await collection.upsert(documents);
  const invalid = expect.objectContaining({ code: "snapshot_invalid" });
  const damage = async (hurt: (folder: string) => Promise<void>) => {
    const { id } = await database.snapshots.create("c");
    await hurt(join(path, "snapshots", id));
    await expect(database.snapshots.restore(id, { name: "x" })).rejects.toThrow(invalid);
    expect(await database.hasCollection("x")).toBe(false);
    const report = await database.snapshots.verify(id).catch((error: unknown) => error);
    await database.snapshots.remove(id);
    expect(await database.snapshots.list(), "also a damaged one can be removed").toEqual([]);
    return report;
  };
  expect(await damage((folder) => appendFile(join(folder, "documents.jsonl"), "\n"))).toMatchObject({
    ok: false,
    damaged: ["documents.jsonl"],
  });
  expect(await damage((folder) => rm(join(folder, "documents.jsonl")))).toMatchObject({
    ok: false,
    missing: ["documents.jsonl"],
  });
  const elsewhere = (file: string) =>
    rewrite((manifest) => ({ ...manifest, files: [{ path: file, bytes: 1, sha256: "" }] }));
  for (const file of ["../../catalogue.sqlite", "/etc/passwd", "table/../../x", ".."]) {
    expect(await damage(elsewhere(file))).toMatchObject({ code: "snapshot_invalid" });
  }
  expect(await damage(rewrite((manifest) => ({ ...manifest, format: 2 })))).toMatchObject({ code: "snapshot_invalid" });
  expect(await damage((folder) => writeFile(join(folder, "manifest.json"), "{"))).toMatchObject({
    code: "snapshot_invalid",
  });
});

const PROGRAM = fileURLToPath(new URL("snapshots.child.ts", import.meta.url));

test(
  "killed while it takes, restores or removes snapshots, a database has whole ones and whole collections",
  { timeout: 60_000 },
  async () => {
    await using folder = await temporaryDirectory();
    {
      await using database = await Database.open(folder.path, { loadEmbedder });
      await database.createCollection({ name: "c" });
    }
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ["--conditions=@galen/source", PROGRAM, folder.path], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exited = once(child, "exit");
      await once(child.stdout, "data");
      await pause(40 + 130 * round);
      child.kill("SIGKILL");
      await exited;
      await using database = await Database.open(folder.path, { loadEmbedder });
      expect(await database.verify()).toMatchObject({ ok: true });
      const collection = await database.collection("c");
      const texts = (await contentOf(collection)).map((document) => document?.text.split(",")[0]);
      expect(texts).toHaveLength(20);
      expect(new Set(texts).size).toBe(1);
      const snapshots = await database.snapshots.list();
      expect(snapshots.length).toBeGreaterThan(0);
      for (const { id } of snapshots) expect(await database.snapshots.verify(id)).toMatchObject({ ok: true });
      expect(await readdir(join(folder.path, "snapshots"))).toHaveLength(snapshots.length);
      for (const { name } of await database.collections()) if (name !== "c") await database.dropCollection(name);
      expect((await readdir(join(folder.path, "tables"))).length).toBeLessThanOrEqual(2);
    }
  },
);
