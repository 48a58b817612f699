import { cp, open } from "node:fs/promises";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";

import { goldenFolder, goldenFolderNames, readFolderGolden } from "../../../testing/golden/folders.ts";
import type { FolderGolden, GoldenRows } from "../../../testing/golden/folders.ts";
import { floats, maxDifference, tinyBertFolder } from "../../../testing/golden/golden.ts";
import { readModelFolder } from "./model-folder/model-folder.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { openCheckpoint } from "./weights/weights.ts";

// Every layout of a model folder that testing/golden/folders.py makes, against sentence-transformers.

const TOLERANCE = 1e-5;
const names = await goldenFolderNames();

test.each(names)("%s: vectors differ from those of sentence-transformers by at most 1e-5", async (name) => {
  const golden = await readFolderGolden(name);
  const { texts, dim } = golden;
  await using model = await SentenceTransformer.load(goldenFolder(name), { workers: 1, threads: 1 });
  expect(model.maxSeqLength).toBe(golden.maxSeqLength);
  const calls: Record<Rows, Promise<Float32Array[]>> = {
    encode: model.encode(texts),
    query: model.encodeQuery(texts),
    document: model.encodeDocument(texts),
    prompt: model.encode(texts, { prompt: golden.prompt.prompt }),
    truncated: model.encode(texts, { truncateDim: dim }),
    truncatedAndNormalized: model.encode(texts, { truncateDim: dim, normalize: true }),
  };
  for (const [key, call] of Object.entries(calls)) {
    expect(difference(await call, golden[key as Rows]), key).toBeLessThanOrEqual(TOLERANCE);
  }
});

type Rows = Extract<
  keyof FolderGolden,
  "encode" | "query" | "document" | "prompt" | "truncated" | "truncatedAndNormalized"
>;

function difference(vectors: readonly Float32Array[], { dims, base64 }: GoldenRows): number {
  expect([vectors.length, vectors[0]?.length]).toEqual(dims);
  return maxDifference(Float32Array.from(vectors.flatMap((vector) => [...vector])), floats(base64));
}

test("identities stay what they were: collections of earlier versions still open", async () => {
  await using minilm = await SentenceTransformer.load(undefined, { workers: 1, threads: 1 });
  expect(minilm.model).toBe("sentence-transformers/all-MiniLM-L6-v2@7b92729d23de:mean:normalized:256");
  await using tiny = await SentenceTransformer.load(tinyBertFolder, { workers: 1, threads: 1 });
  expect(tiny.model).toBe("tiny-bert@1efb1d9e6699:cls:40");
});

test("weights that are not numbers fail the text, by name and place", async () => {
  await using folder = await temporaryDirectory();
  await cp(goldenFolder("dense-tanh-normalize"), folder.path, { recursive: true });
  const { tensors } = await openCheckpoint((await readModelFolder(folder.path)).weightFiles);
  const bias = tensors.get("2_Dense/linear.bias");
  const file = await open(bias?.file ?? "", "r+");
  await file.write(Float32Array.of(Number.NaN), 0, 4, bias?.offset);
  await file.close();
  await using model = await SentenceTransformer.load(folder.path, { workers: 1, threads: 1 });
  await expect(model.encode(["the cat"])).rejects.toMatchObject({ name: "ModelError", code: "inference_failed" });
});
