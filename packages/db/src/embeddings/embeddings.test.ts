import { readdir } from "node:fs/promises";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { Embeddings } from "./embeddings.ts";
import type { EmbedderSettings } from "../embedder.ts";
import type { EmbeddingsDocument } from "./embeddings-document.ts";

const loadEmbedder = async () => new FakeEmbedder();

function* documents(): Generator<EmbeddingsDocument> {
  yield "insulin lowers blood glucose";
  yield ["stones", "kidney stones hurt", "renal"];
  yield { id: 7, text: "asthma narrows the airways", year: 2021 };
}

test("the model card's snippet: index documents, run a query, get id, text and score", async () => {
  await using embeddings = new Embeddings({ content: true, loadEmbedder });
  await embeddings.index(documents());
  const results = await embeddings.search("kidney stones");
  expect(results[0]).toEqual({ id: "stones", text: "kidney stones hurt", score: expect.closeTo(0.8165, 3) });
  expect(await embeddings.count()).toBe(3);
});

test("without content: pairs of id and score, numbers stay numbers", async () => {
  await using embeddings = new Embeddings({ loadEmbedder });
  await embeddings.index(documents());
  expect((await embeddings.search("asthma airways", 1)).map(([id]) => id)).toEqual([7]);
  expect((await embeddings.search("insulin glucose", 1)).map(([id]) => id)).toEqual([0]);
});

test("index replaces everything, upsert adds and replaces, delete returns what existed", async () => {
  await using embeddings = new Embeddings({ content: true, keyword: true, loadEmbedder });
  expect(await embeddings.search("anything")).toEqual([]);
  await embeddings.upsert(documents());
  await embeddings.upsert(["hearts beat", [7, "lungs breathe"]]);
  expect(await embeddings.count()).toBe(4);
  expect((await embeddings.search("hearts")).map(({ id }) => id)).toEqual(["1"]);
  expect(await embeddings.search("asthma")).toEqual([]);
  expect(await embeddings.delete(["stones", 7, "none"])).toEqual(["7", "stones"]);
  expect(await embeddings.count()).toBe(2);
  await embeddings.index(["only this"]);
  expect(await embeddings.count()).toBe(1);
  expect((await embeddings.search("only")).map(({ id }) => id)).toEqual(["0"]);
});

test("three results by default, none with a score of 0 or less", async () => {
  await using embeddings = new Embeddings({ loadEmbedder });
  await embeddings.index(Array.from({ length: 8 }, (_, at) => `kidney ${at}`));
  expect(await embeddings.search("kidney")).toHaveLength(3);
  await embeddings.index(["zebra"]);
  expect(await embeddings.search("unrelated words")).toEqual([]);
});

test("a failing index leaves the old one in place", async () => {
  await using embeddings = new Embeddings({ content: true, loadEmbedder });
  await embeddings.index(documents());
  await expect(embeddings.index(["good", { id: 1, text: "bad", ratio: Number.NaN }])).rejects.toMatchObject({
    code: "document_invalid",
  });
  expect(await embeddings.count()).toBe(3);
});

test("a named folder keeps the index, a temporary one is removed", async () => {
  await using folder = await temporaryDirectory();
  {
    await using embeddings = new Embeddings({ data: folder.path, loadEmbedder });
    await embeddings.index(["first", "second"]);
  }
  {
    await using embeddings = new Embeddings({ data: folder.path, loadEmbedder });
    await embeddings.upsert(["third"]);
    expect((await embeddings.search("third", 1)).map(([id]) => id)).toEqual([2]);
  }
  // A place of its own: other tests make temporary folders at the same time.
  await using temporary = await temporaryDirectory();
  vi.stubEnv("TMPDIR", temporary.path);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const embeddings = new Embeddings({ loadEmbedder });
  await embeddings.index(["text"]);
  const made = async () => (await readdir(temporary.path)).filter((name) => name.startsWith("galen-embeddings-"));
  expect(await made()).toHaveLength(1);
  await embeddings.close();
  expect(await made()).toEqual([]);
  await expect(embeddings.count()).rejects.toMatchObject({ code: "database_closed" });
});

test("path and precision say what index computes with; an index that is there keeps its own", async () => {
  await using folder = await temporaryDirectory();
  const loads: unknown[] = [];
  const loadEmbedder = async (model: string | undefined, { precision }: EmbedderSettings) => {
    loads.push([model, precision]);
    return new FakeEmbedder({ model: `${model}:${precision}` });
  };
  {
    await using embeddings = new Embeddings({ path: "m", precision: "int8", data: folder.path, loadEmbedder });
    await embeddings.index(["insulin lowers blood glucose"]);
  }
  await using embeddings = new Embeddings({ path: "m", data: folder.path, loadEmbedder });
  expect((await embeddings.search("insulin", 1)).map(([id]) => id)).toEqual([0]);
  await embeddings.index(["asthma narrows the airways"]);
  expect(loads).toEqual([
    ["m", "int8"],
    ["m", "int8"],
    ["m", "fp32"],
  ]);
});

test("statements one after the other let the event loop turn, where what they took is freed", async () => {
  await using embeddings = new Embeddings({ keyword: true, content: true });
  await embeddings.index(["one"]);
  let hasTurned = false;
  setImmediate(() => (hasTurned = true));
  for (let left = 300; left > 0; left--) await embeddings.search("select id from txtai");
  expect(hasTurned).toBe(true);
});
