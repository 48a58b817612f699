import { expect, test } from "vitest";
import { FakeEmbedder } from "./fake-embedder.ts";

const dot = (left: Float32Array, right: Float32Array) =>
  left.reduce((sum, value, at) => sum + value * (right[at] ?? Number.NaN), 0);

test("equal texts have equal unit vectors, shared words bring texts nearer", async () => {
  await using embedder = new FakeEmbedder();
  const [insulin, again, kidney] = await embedder.embedDocuments([
    "insulin lowers glucose",
    "Insulin lowers glucose!",
    "kidney stones",
  ]);
  if (!insulin || !again || !kidney) throw new Error("three texts, three vectors");
  expect(insulin).toEqual(again);
  expect(dot(insulin, insulin)).toBeCloseTo(1, 6);
  const query = await embedder.embedQuery("glucose and insulin");
  expect(dot(query, insulin)).toBeGreaterThan(dot(query, kidney));
});

test("counts tokens by words and remembers every text it was given", async () => {
  await using embedder = new FakeEmbedder({ maxTokens: 2 });
  expect(await embedder.countTokens(["one two three", ""])).toEqual([3, 0]);
  const [cut, same] = await embedder.embedDocuments(["one two three", "one two four"]);
  expect(cut).toEqual(same);
  await embedder.embedQuery("what");
  expect(embedder.documents).toEqual(["one two three", "one two four"]);
  expect(embedder.queries).toEqual(["what"]);
});

test("a text without words is a unit vector, and an abort stops the batch", async () => {
  await using embedder = new FakeEmbedder({ dimension: 8 });
  const [empty] = await embedder.embedDocuments(["…"]);
  expect(empty).toEqual(new Float32Array([1, 0, 0, 0, 0, 0, 0, 0]));
  await expect(embedder.embedDocuments(["x"], { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
});
