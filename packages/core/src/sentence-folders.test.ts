import { expect, test } from "vitest";

import { goldenFolder, goldenFolderNames, readFolderGolden } from "../../../testing/golden/folders.ts";
import type { FolderGolden, GoldenRows } from "../../../testing/golden/folders.ts";
import { floats, maxDifference } from "../../../testing/golden/golden.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";

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
