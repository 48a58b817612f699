import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { DatabaseReader } from "./database-reader.ts";
import { Database } from "./database.ts";

const loadEmbedder = async () => new FakeEmbedder();
const PROGRAM = fileURLToPath(new URL("database-reader.child.ts", import.meta.url));

const texts = (first: number, count: number, word: string) =>
  Array.from({ length: count }, (_, at) => ({
    id: `d${first + at}`,
    text: `${word} number ${first + at}`,
    metadata: { year: 2_000 + at },
  }));

test("reads beside the writer: what it stores, changes, deletes, indexes anew and calls otherwise", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  const collection = await database.createCollection({ name: "c", fields: { year: "number" } });
  await database.setAlias("live", "c");
  await using reader = await DatabaseReader.open(folder.path, { loadEmbedder });
  const [named, live] = [await reader.collection("c"), await reader.collection("live")];
  expect((await named.search({ query: "kidney" })).hits).toEqual([]);

  const { version } = await collection.upsert(texts(0, 30, "kidney"));
  await live.waitFor(version);
  for (const mode of ["hybrid", "dense", "keyword"] as const) {
    const request = { query: "kidney number 7", mode, limit: 5 };
    const [here, there] = [await live.search(request), await collection.search(request)];
    expect(here.hits, mode).toEqual(there.hits);
  }
  expect(await named.count({ year: { gte: 2_020 } })).toBe(10);
  expect(await named.get("d3")).toEqual(await collection.get("d3"));
  expect((await named.list({ limit: 5 })).documents).toHaveLength(5);
  expect(await named.info()).toMatchObject({ name: "c", documents: 30, passages: 30 });
  expect(await named.fields()).toEqual(await collection.fields());

  const first = await named.search({ query: "kidney", limit: 10 });
  await collection.delete({ filter: { year: { lt: 2_010 } } });
  await collection.upsert(texts(40, 5, "asthma"));
  await collection.settle();
  expect((await named.search({ query: "asthma", mode: "keyword" })).hits).toHaveLength(5);
  expect(await named.count()).toBe(25);
  expect((await named.search({ query: "kidney", limit: 10, cursor: first.cursor ?? "" })).hits.length).toBeGreaterThan(
    0,
  );

  await collection.reindex({ fields: {} });
  expect(await named.info()).toMatchObject({ fields: {}, documents: 25 });
  expect((await named.search({ query: "asthma", mode: "keyword" })).hits).toHaveLength(5);
  await (await database.createCollection({ name: "other" })).upsert(texts(0, 1, "skin"));
  await database.setAlias("live", "other");
  expect(await live.count()).toBe(1);
  expect((await reader.collections()).map(({ name }) => name)).toEqual(["c", "other"]);
  expect(await reader.aliases()).toEqual([{ alias: "live", collection: "other" }]);
  await database.dropCollection("c");
  await expect(named.search({ query: "kidney" })).rejects.toThrow(
    expect.objectContaining({ code: "collection_not_found" }),
  );
});

test("waits for a version, and says when it does not come", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  const collection = await database.createCollection({ name: "c" });
  await using reader = await DatabaseReader.open(folder.path, { loadEmbedder });
  const read = await reader.collection("c");
  const waiting = read.waitFor(1);
  await collection.upsert(texts(0, 1, "skin"));
  await waiting;
  expect(await read.count()).toBe(1);
  await expect(read.waitFor(2, { timeoutMs: 30 })).rejects.toThrow(
    expect.objectContaining({ code: "version_not_reached", details: { version: 1, wanted: 2 } }),
  );
  const controller = new AbortController();
  const aborted = read.waitFor(2, { signal: controller.signal });
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
});

test(
  "never sees less than what was acknowledged, while another process writes, compacts and indexes anew",
  { timeout: 60_000 },
  async () => {
    await using folder = await temporaryDirectory();
    const writer = spawn(process.execPath, ["--conditions=@galen/source", PROGRAM, folder.path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const acknowledged = { round: 0, version: 0 };
    const lines = createInterface(writer.stdout);
    lines.on("line", (line) => Object.assign(acknowledged, JSON.parse(line)));
    const exited = once(writer, "exit");
    try {
      await once(lines, "line");
      await expect(Database.open(folder.path, { loadEmbedder })).rejects.toThrow(
        expect.objectContaining({ code: "data_folder_locked" }),
      );
      await using reader = await DatabaseReader.open(folder.path, { loadEmbedder });
      const collection = await reader.collection("c");
      const modes = ["keyword", "dense", "hybrid"] as const;
      let searches = 0;
      for (const end = performance.now() + 6_000; performance.now() < end; searches++) {
        const { round, version } = acknowledged;
        await collection.waitFor(version);
        const mode = modes[searches % modes.length];
        const { hits } = await collection.search({ query: "kidney", limit: 60, ...(mode && { mode }) });
        expect(new Set(hits.map(({ id }) => id)).size, `${mode} at round ${round}`).toBe(60);
        const rounds = hits.map(({ metadata }) => Number(metadata["round"]));
        expect(Math.min(...rounds), `${mode} at round ${round}`).toBeGreaterThanOrEqual(round);
        expect(await collection.count({ round: { gte: round } })).toBe(60);
      }
      expect(acknowledged.round).toBeGreaterThan(10);
      expect(searches).toBeGreaterThan(10);
    } finally {
      writer.kill("SIGKILL");
      await exited;
    }
    await using left = await DatabaseReader.open(folder.path, { loadEmbedder });
    expect(await (await left.collection("c")).count()).toBe(60);
  },
);

test("leaves nothing behind in the folder", async () => {
  await using folder = await temporaryDirectory();
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    await (await database.createCollection({ name: "c" })).upsert(texts(0, 3, "skin"));
  }
  const files = async () => (await readdir(folder.path, { recursive: true })).sort();
  const before = await files();
  {
    await using reader = await DatabaseReader.open(folder.path, { loadEmbedder });
    expect((await (await reader.collection("c")).search({ query: "skin" })).hits).toHaveLength(3);
  }
  expect((await files()).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(
    before.filter((name) => !/-(wal|shm)$/.test(name)),
  );
});

test("a folder without data is told, and none is made", async () => {
  await using folder = await temporaryDirectory();
  const missing = join(folder.path, "none");
  const notFound = expect.objectContaining({ code: "data_folder_not_found" });
  await expect(DatabaseReader.open(missing)).rejects.toThrow(notFound);
  await expect(stat(missing)).rejects.toMatchObject({ code: "ENOENT" });
  await mkdir(missing);
  await expect(DatabaseReader.open(missing)).rejects.toThrow(notFound);
  expect(await readdir(missing)).toEqual([]);
});
