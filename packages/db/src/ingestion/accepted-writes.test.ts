import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test, vi } from "vitest";
import { newCollection } from "../catalogue/collection.fixture.ts";
import { MemoryCatalogue } from "../catalogue/memory-catalogue.ts";
import { Database } from "../database.ts";
import { AcceptedWrites } from "./accepted-writes.ts";
import type { AcceptedWritesParts } from "./accepted-writes.ts";

const loadEmbedder = async () => new FakeEmbedder();

const documentsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `d${first + at}`, text: `Text number ${first + at}.` }));

test("accepted documents are stored in order, and the write tells how it went", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  const collection = await database.createCollection({ name: "c" });
  const ids = [
    await collection.accept(documentsFrom(0, 300), { source: "file" }),
    await collection.accept([
      { id: "d0", text: "Newer." },
      { id: "bad", text: "" },
    ]),
  ];
  const progress: number[] = [];
  const [first, second] = [
    await database.writes.follow(ids[0] ?? "", { onProgress: ({ documents }) => progress.push(documents) }),
    await database.writes.follow(ids[1] ?? ""),
  ];
  expect(first).toMatchObject({ state: "done", collection: "c", documents: 300, result: { upserted: 300 } });
  expect(progress.at(-1)).toBe(300);
  expect(second).toMatchObject({ state: "done", result: { upserted: 1, failed: [{ index: 1, id: "bad" }] } });
  expect((await collection.get("d0"))?.text).toBe("Newer.");
  expect(await collection.delete({ source: "file" })).toMatchObject({ deleted: 300 });
  expect((await database.writes.list()).map(({ id }) => id)).toEqual(ids);
});

test("a write that fails says why and does not stop the next; one that is cancelled is not begun", async () => {
  await using folder = await temporaryDirectory();
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    await database.createCollection({ name: "c" });
    await database.createCollection({ name: "other", model: "broken" });
  }
  await using database = await Database.open(folder.path, {
    loadEmbedder: async (model) => (model === "broken" ? Promise.reject(new Error("canary")) : loadEmbedder()),
  });
  const [collection, broken] = [await database.collection("c"), await database.collection("other")];
  const first = await collection.accept(documentsFrom(0, 10));
  const failing = await broken.accept(documentsFrom(0, 10));
  const cancelled = await collection.accept(documentsFrom(10, 10));
  const last = await collection.accept(documentsFrom(20, 10));
  expect(await database.writes.cancel(cancelled)).toBe(true);
  expect(await database.writes.cancel(cancelled)).toBe(false);
  await database.writes.follow(last);
  const states = new Map((await database.writes.list()).map(({ id, state }) => [id, state]));
  expect([first, failing, cancelled, last].map((id) => states.get(id))).toEqual([
    "done",
    "failed",
    "cancelled",
    "done",
  ]);
  expect((await database.writes.get(failing)).failure).toEqual({
    code: "storage_failed",
    message: "The documents could not be stored.",
  });
  expect(await collection.count()).toBe(20);
  await expect(database.writes.get("none")).rejects.toThrow(expect.objectContaining({ code: "write_not_found" }));
});

test("renaming and reindexing take waiting writes along, dropping forgets them", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder });
  const collection = await database.createCollection({ name: "c" });
  const first = await collection.accept(documentsFrom(0, 200));
  const second = await collection.accept(documentsFrom(200, 200));
  await database.renameCollection("c", "renamed");
  await collection.reindex({ fields: { year: "number" } });
  expect(await database.writes.follow(first)).toMatchObject({ state: "done", collection: "renamed" });
  expect(await database.writes.follow(second)).toMatchObject({ state: "done", collection: "renamed" });
  expect(await collection.count()).toBe(400);
  await database.dropCollection("renamed");
  expect(await database.writes.list()).toEqual([]);
});

test("a write that can neither be done nor be recorded as failed waits on, and does not stop the next", async () => {
  await using catalogue = new MemoryCatalogue();
  await catalogue.addCollection(newCollection);
  const full = new Error("disk full");
  const end = vi.spyOn(catalogue, "endAcceptedWrite").mockRejectedValueOnce(full);
  const result = { upserted: 1, unchanged: 0, duplicates: 0, failed: [], ids: ["a"], version: 1 };
  const upsert = vi.fn<AcceptedWritesParts["upsert"]>().mockRejectedValueOnce(full).mockResolvedValue(result);
  await using writes = new AcceptedWrites({ catalogue, upsert });
  const [first, second] = [
    await writes.accept("c", [{ text: "x" }], undefined),
    await writes.accept("c", [], undefined),
  ];
  expect(await writes.follow(first)).toMatchObject({ state: "waiting" });
  expect(await writes.follow(second)).toMatchObject({ state: "done", result });
  expect(writes.failure).toBe(full);
  expect(end).toHaveBeenCalledTimes(2);
  await using next = new AcceptedWrites({ catalogue, upsert });
  await next.resume();
  expect(await next.follow(first)).toMatchObject({ state: "done", result });
});

test("what a closed database leaves is done after the next start", async () => {
  await using folder = await temporaryDirectory();
  const gate = Promise.withResolvers<void>();
  const slow = new FakeEmbedder();
  const ids: string[] = [];
  {
    const embedDocuments: FakeEmbedder["embedDocuments"] = async (_texts, options) => {
      await Promise.race([
        gate.promise,
        new Promise((_, reject) => options?.signal?.addEventListener("abort", () => reject(options.signal?.reason))),
      ]);
      return [];
    };
    const waiting = new Proxy(slow, {
      get: (target, name) => (name === "embedDocuments" ? embedDocuments : Reflect.get(target, name, target)),
    });
    await using database = await Database.open(folder.path, { loadEmbedder: async () => waiting });
    const collection = await database.createCollection({ name: "c" });
    for (const first of [0, 10]) ids.push(await collection.accept(documentsFrom(first, 10)));
    await expect.poll(async () => (await database.writes.get(ids[0] ?? "")).state).toBe("running");
    expect((await database.writes.get(ids[1] ?? "")).state).toBe("waiting");
  }
  await using database = await Database.open(folder.path, { loadEmbedder });
  for (const id of ids) expect(await database.writes.follow(id)).toMatchObject({ state: "done" });
  expect(await (await database.collection("c")).count()).toBe(20);
});

const PROGRAM = fileURLToPath(new URL("accepted-writes.child.ts", import.meta.url));

test("what was accepted survives kill −9, once and wholly", { timeout: 60_000 }, async () => {
  await using folder = await temporaryDirectory();
  {
    await using database = await Database.open(folder.path, { loadEmbedder });
    await database.createCollection({ name: "c" });
  }
  let accepted = 0;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ["--conditions=@galen/source", PROGRAM, folder.path, String(accepted)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    for await (const chunk of child.stdout) {
      accepted += String(chunk).split("\n").length - 1;
      if (accepted >= 4 * (round + 1)) break;
    }
    child.kill("SIGKILL");
    await exited;
  }
  await using database = await Database.open(folder.path, { loadEmbedder });
  for (const { id } of await database.writes.list()) {
    expect(await database.writes.follow(id)).toMatchObject({ state: "done" });
  }
  const collection = await database.collection("c");
  // One more may have been accepted that was not reported any more.
  const count = await collection.count();
  expect(count).toBeGreaterThanOrEqual(200 * accepted);
  expect(count % 200).toBe(0);
  expect(await collection.verify()).toMatchObject({ ok: true });
});
