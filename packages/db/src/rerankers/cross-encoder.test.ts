import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { crossEncoderFolder } from "../../../../testing/golden/outputs.ts";
import { Database } from "../database.ts";
import { loadCrossEncoder } from "./cross-encoder.ts";

test("a cross-encoder orders the hits of a search", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() });
  const collection = await database.createCollection({ name: "c" });
  const texts = ["the cat sat", "a dog ran away", "the cat and the dog"];
  await collection.upsert(texts.map((text, at) => ({ id: `d${at}`, text })));
  await using encoder = await loadCrossEncoder(crossEncoderFolder("cross-bert"));
  const { hits } = await collection.search({ query: "the cat", rerank: {} }, { reranker: encoder.rerank });
  const scores = await encoder.rerank("the cat", texts, {});
  const expected = texts.map((_, at) => ({ id: `d${at}`, score: scores[at] ?? 0 }));
  expect(hits.map(({ id, score }) => ({ id, score }))).toEqual(
    expected.sort((left, right) => right.score - left.score),
  );
  expect(new Set(scores).size, "it tells them apart").toBe(3);
});

test("a model that is not here is an error of its loading", async () => {
  await expect(loadCrossEncoder("nobody/no-such-model")).rejects.toThrow(
    expect.objectContaining({ code: "model_offline" }),
  );
});
