import { expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { watchWorkers } from "./testing/watch-workers.ts";

// Threads are ended here while they compute nothing: onnxruntime-node aborts the process when its thread is terminated
// in the middle of a run. What a batch does to its own thread is a matter for the pool's tests.
const workers = watchWorkers();

const texts = Array.from({ length: 600 }, (_, index) => `the cat ${index} ${"sat ".repeat(index % 20)}`);

test("a thread that somebody else ends is replaced, in encode and in a stream", async () => {
  await using model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  const expected = await model.encode(texts);
  await Promise.all([...workers.alive].map((worker) => worker.terminate()));
  expect(await model.encode(texts)).toEqual(expected);
  await Promise.all([...workers.alive].map((worker) => worker.terminate()));
  expect(await Array.fromAsync(model.encodeStream(texts))).toEqual(expected);
});

test("the threads of one model are not those of another", async () => {
  await using model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  const ofThisModel = [...workers.alive];
  await using other = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  const call = other.encode(texts);
  await Promise.all(ofThisModel.map((worker) => worker.terminate()));
  expect(await call).toEqual(await model.encode(texts));
});
