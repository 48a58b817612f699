import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { SentenceTransformer } from "@galen/core";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { writeShippedModel } from "./model-files.ts";
import { writeRandomBert } from "./random-bert.ts";

const TINY = { layers: 2, hidden: 16, heads: 2, intermediate: 32, vocabulary: 30_522, positions: 512 };

test("a model of random weights can be computed, and is the same one every time", async () => {
  await using directory = await temporaryDirectory();
  const [shipped, one, two] = ["shipped", "one", "two"].map((name) => join(directory.path, name)) as [
    string,
    string,
    string,
  ];
  await writeShippedModel(shipped);
  await writeRandomBert(one, TINY, shipped);
  await writeRandomBert(two, TINY, shipped);
  const [first, second] = await Promise.all([one, two].map((folder) => readFile(join(folder, "model.safetensors"))));
  expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);

  await using model = await SentenceTransformer.load(one, { workers: 1 });
  expect([model.dimension, model.maxSeqLength]).toEqual([16, 256]);
  const [a, b] = await model.encode(["aspirin", "the lace plant"]);
  expect(Math.hypot(...(a ?? []))).toBeCloseTo(1, 5);
  expect(model.similarity([a ?? new Float32Array()], [b ?? new Float32Array()])[0]?.[0]).toBeLessThan(0.999);
});

test("the shipped model as a folder gives the vectors of the shipped model", async () => {
  await using directory = await temporaryDirectory();
  await writeShippedModel(directory.path);
  await using folder = await SentenceTransformer.load(directory.path, { workers: 1 });
  await using shipped = await SentenceTransformer.load(undefined, { workers: 1 });
  expect(await folder.encode("Does aspirin help?")).toEqual(await shipped.encode("Does aspirin help?"));
  expect(folder.maxSeqLength).toBe(shipped.maxSeqLength);
});
