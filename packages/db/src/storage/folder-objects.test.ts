import { createHash } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { beforeEach, expect, test, vi } from "vitest";
import { FolderObjects } from "./folder-objects.ts";
import { objectStoreContract } from "./object-store.contract.ts";
import type * as Synchronize from "./synchronize.ts";

const synchronized = vi.hoisted(() => [] as string[]);

vi.mock("./synchronize.ts", async (original) => {
  const { synchronize } = await original<typeof Synchronize>();
  return {
    synchronize: (path: string) => {
      synchronized.push(path);
      return synchronize(path);
    },
  };
});

beforeEach(() => {
  synchronized.length = 0;
});

objectStoreContract("a folder", async () => {
  const folder = await temporaryDirectory();
  return { uri: join(folder.path, "data"), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

const bytes = Buffer.from("bytes");
const hash = createHash("sha256").update(bytes).digest("hex");

test("the content is on disk before it has its name, the name and the folders above before it is promised", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "objects");
  const shard = join(path, hash.slice(0, 2));
  await new FolderObjects(path).put(hash, bytes);
  const [ofShard, ofObjects, ofFile, ofName] = synchronized;
  expect([ofShard, ofObjects, ofName]).toEqual([path, folder.path, shard]);
  expect(dirname(ofFile ?? "")).toBe(path);
  expect(synchronized).toHaveLength(4);

  // Whoever wrote it first may have been killed before the names were on disk.
  synchronized.length = 0;
  await new FolderObjects(path).put(hash, bytes);
  expect(synchronized).toEqual([path, folder.path, shard]);
});

test("what a crash left half written is cleared away, and nothing else", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "objects");
  const objects = new FolderObjects(path);
  await objects.clear();
  await objects.put(hash, bytes);
  await writeFile(join(path, ".half"), "ha");
  await objects.clear();
  expect(await readdir(path)).toEqual([hash.slice(0, 2)]);
});

test("a write that fails leaves nothing behind", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "objects");
  // A folder where the file should be.
  await mkdir(join(path, hash.slice(0, 2), hash), { recursive: true });
  await writeFile(join(path, hash.slice(0, 2), hash, "x"), "");
  await expect(new FolderObjects(path).put(hash, bytes)).rejects.toThrow(/EISDIR|ENOTEMPTY/);
  expect(await readdir(path)).toEqual([hash.slice(0, 2)]);
});
