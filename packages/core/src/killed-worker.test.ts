import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";

// Threads are ended here while they compute nothing: onnxruntime-node aborts the process when its thread is terminated
// in the middle of a run. What a batch does to its own thread is a matter for the pool's tests.
const alive = new Set<Worker>();
function note(worker: Worker): void {
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
}
beforeEach(() => void process.on("worker", note));
afterEach(() => {
  process.off("worker", note);
  if (alive.size > 0) throw new Error(`${alive.size} threads outlive the test`);
});

const texts = Array.from({ length: 600 }, (_, index) => `the cat ${index} ${"sat ".repeat(index % 20)}`);

test("a thread that somebody else ends is replaced, in encode and in a stream", async () => {
  await using model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  const expected = await model.encode(texts);
  await Promise.all([...alive].map((worker) => worker.terminate()));
  expect(await model.encode(texts)).toEqual(expected);
  await Promise.all([...alive].map((worker) => worker.terminate()));
  expect(await Array.fromAsync(model.encodeStream(texts))).toEqual(expected);
});

test("the threads of one model are not those of another", async () => {
  await using model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  const ofThisModel = [...alive];
  await using other = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  const call = other.encode(texts);
  await Promise.all(ofThisModel.map((worker) => worker.terminate()));
  expect(await call).toEqual(await model.encode(texts));
});
