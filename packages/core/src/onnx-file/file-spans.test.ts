import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";

import { createAtomically } from "./create-atomically.ts";
import { bytesOf } from "./file-spans.ts";

test("a span of several megabytes comes in pieces and whole", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "weights");
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
  await writeFile(file, content);
  const pieces = await Array.fromAsync(bytesOf([Buffer.of(1, 2), { file, offset: 7, length: 2_900_000 }]));
  expect(pieces.length).toBeGreaterThan(3);
  expect(Buffer.concat(pieces).equals(Buffer.concat([Buffer.of(1, 2), content.subarray(7, 2_900_007)]))).toBe(true);
});

test("a file that ends within a span is weights_invalid, and nothing of the copy is left", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "weights");
  await writeFile(file, Buffer.alloc(100));
  const bytes = bytesOf([Buffer.of(1, 2), { file, offset: 50, length: 51 }]);
  await expect(createAtomically(folder.path, bytes, () => "copy")).rejects.toMatchObject({ code: "weights_invalid" });
  expect(await readdir(folder.path)).toEqual(["weights"]);
});

test("the name of a file may be made of its content", async () => {
  await using folder = await temporaryDirectory();
  const create = (content: string) =>
    createAtomically(folder.path, bytesOf([Buffer.from(content)]), (hash) => `x.${hash}`);
  const first = await create("a");
  expect(first.isNew).toBe(true);
  expect(await create("a")).toEqual({ ...first, isNew: false });
  expect((await create("b")).name).not.toBe(first.name);
  expect(await readdir(folder.path)).toHaveLength(2);
});
