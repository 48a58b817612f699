import { createHash } from "node:crypto";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { StagedDocument } from "../catalogue/catalogue.ts";
import { newCollection } from "../catalogue/collection.fixture.ts";
import { MemoryCatalogue } from "../catalogue/memory-catalogue.ts";
import { FolderObjects } from "../storage/folder-objects.ts";
import { Objects } from "./objects.ts";

function contentOf(text: string) {
  const bytes = Buffer.from(text);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function documentWith(id: string, { bytes, sha256 }: ReturnType<typeof contentOf>): StagedDocument {
  const now = new Date();
  return {
    id,
    text: "text",
    title: undefined,
    tags: undefined,
    metadata: {},
    source: undefined,
    object: { media_type: "text/plain", bytes: bytes.length, sha256 },
    passages: [{ start: 0, end: 4 }],
    contentHash: "c",
    textHash: "t",
    createdAt: now,
    updatedAt: now,
  };
}

async function openObjects() {
  const folder = await temporaryDirectory();
  const catalogue = new MemoryCatalogue();
  await catalogue.addCollection(newCollection);
  const store = new FolderObjects(join(folder.path, "objects"));
  const objects = new Objects(store, catalogue);
  const stored = async () => (await Array.fromAsync(store.list())).flat();
  return { catalogue, store, objects, stored, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test("an object is kept as long as a write needs it or a document has it", async () => {
  await using opened = await openObjects();
  const { catalogue, objects, stored } = opened;
  const content = contentOf("a");
  {
    await using _held = await objects.hold([content, content]);
    await objects.collect([content.sha256]);
    await objects.sweep();
    expect(await stored()).toEqual([content.sha256]);
    await catalogue.stage("c", [documentWith("d", content)]);
  }
  expect(await stored()).toEqual([content.sha256]);
  await objects.collect(await catalogue.undo("c", 1));
  expect(await stored()).toEqual([]);
});

test("one that no document got goes with the hold, and not before the last of several", async () => {
  await using opened = await openObjects();
  const { objects, stored } = opened;
  const content = contentOf("a");
  const first = await objects.hold([content]);
  const second = await objects.hold([content]);
  await first[Symbol.asyncDispose]();
  expect(await stored()).toEqual([content.sha256]);
  await second[Symbol.asyncDispose]();
  expect(await stored()).toEqual([]);
});

test("one that is wanted while it is removed is there afterwards", async () => {
  await using opened = await openObjects();
  const { catalogue, store, objects, stored } = opened;
  const content = contentOf("a");
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const unusedObjects = catalogue.unusedObjects.bind(catalogue);
  await store.put(content.sha256, content.bytes);
  catalogue.unusedObjects = async (hashes) => {
    ask();
    await answered;
    return unusedObjects(hashes);
  };
  const collecting = objects.collect([content.sha256]);
  await asked;
  const holding = objects.hold([content]);
  answer();
  await collecting;
  await using _held = await holding;
  expect(await stored()).toEqual([content.sha256]);
});

test("a sweep removes what no document has, and a failure is kept and made up for", async () => {
  await using opened = await openObjects();
  const { catalogue, store, objects, stored } = opened;
  const [kept, left] = [contentOf("kept"), contentOf("left")];
  for (const { sha256, bytes } of [kept, left]) await store.put(sha256, bytes);
  await catalogue.stage("c", [documentWith("d", kept)]);
  const remove = store.remove.bind(store);
  store.remove = async () => {
    throw new Error("busy");
  };
  await objects.sweep();
  expect(objects.failure).toMatchObject({ message: "busy" });
  store.remove = remove;
  await objects.collect([]);
  expect(objects.failure).toBeUndefined();
  expect(await stored()).toEqual([kept.sha256]);
});

test("without room the write fails as a full disk, and what it held is given up", async () => {
  await using opened = await openObjects();
  const { store, objects, stored } = opened;
  const put = store.put.bind(store);
  store.put = async (hash, bytes) => {
    if (bytes.length > 1) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    await put(hash, bytes);
  };
  const holding = objects.hold([contentOf("a"), contentOf("bb")]);
  await expect(holding).rejects.toThrow(expect.objectContaining({ code: "disk_full" }));
  expect(await stored()).toEqual([]);
});
