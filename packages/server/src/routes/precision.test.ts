import { fileURLToPath } from "node:url";
import { ModelError } from "@galen/core";
import type { LoadEmbedder } from "@galen/db";
import { CollectionInfo, SearchResponse } from "@galen/db/schemas";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, it } from "vitest";
import { createApp } from "../app.ts";
import { Config } from "../config.ts";
import { silentLogger } from "../logger.ts";
import { About } from "../schemas/about.ts";
import { CollectionList } from "../schemas/documents.ts";
import { EmbeddingsResponse } from "../schemas/embeddings.ts";
import { openServices } from "../services.ts";

const goldenFolder = (name: string) => fileURLToPath(new URL(`../../../../testing/golden/${name}`, import.meta.url));
const TINY = goldenFolder("tiny-bert");
const ONNX_ONLY = goldenFolder("folders/onnx-one-file");

interface Options {
  readonly data: string;
  readonly config?: Partial<Config>;
  readonly loadEmbedder?: LoadEmbedder;
}

async function openServer({ data, config: settings, loadEmbedder }: Options) {
  const config = { ...Config.parse({}), data, ...settings };
  const services = await openServices(config, { logger: silentLogger, ...(loadEmbedder && { loadEmbedder }) });
  const app = createApp(services, config);
  const send = async (path: string, body?: unknown) => {
    const response = await app.request(path, {
      ...(body !== undefined && { method: "POST", headers: { "content-type": "application/json" } }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return { send, [Symbol.asyncDispose]: () => services[Symbol.asyncDispose]() };
}

it("collections have the precision that they are made with, else the server's", async () => {
  await using folder = await temporaryDirectory();
  await using server = await openServer({ data: folder.path, config: { model: TINY, precision: "int8" } });
  const { send } = server;
  const fast = CollectionInfo.parse((await send("/v1/collections", { name: "fast" })).body);
  const exact = CollectionInfo.parse((await send("/v1/collections", { name: "exact", precision: "fp32" })).body);
  expect([fast.precision, exact.precision]).toEqual(["int8", "fp32"]);
  expect(fast.model).toBe(`${exact.model}:int8`);
  const { collections } = CollectionList.parse((await send("/v1/collections")).body);
  expect(collections.map(({ name, precision }) => [name, precision])).toEqual([
    ["exact", "fp32"],
    ["fast", "int8"],
  ]);
  expect(About.parse((await send("/v1/about")).body).precision).toBe("int8");

  const embedded = async (model?: string) =>
    EmbeddingsResponse.parse((await send("/v1/embeddings", { input: "the cat", model })).body);
  const [own, ofExact] = [await embedded(), await embedded(exact.model)];
  expect([own.model, ofExact.model]).toEqual([fast.model, exact.model]);
  expect(own.data[0]?.embedding).not.toEqual(ofExact.data[0]?.embedding);
});

it("a precision that there is not, and one that a model cannot have, are refused", async () => {
  await using folder = await temporaryDirectory();
  await using server = await openServer({ data: folder.path, config: { model: TINY } });
  const { send } = server;
  expect(await send("/v1/collections", { name: "a", precision: "fp16" })).toMatchObject({
    status: 422,
    body: { code: "request_invalid", errors: [{ pointer: "/precision" }] },
  });
  expect(await send("/v1/collections", { name: "a", model: ONNX_ONLY, precision: "int8" })).toMatchObject({
    status: 422,
    body: { code: "precision_unsupported", hint: expect.stringContaining("fp32") as string },
  });
  expect((await send("/v1/collections")).body).toEqual({ collections: [] });
});

const anywhere: LoadEmbedder = async (_model, { precision }) => new FakeEmbedder({ model: `fake:${precision}` });

// What core throws there, which is not here: `exact-products.test.ts`.
const oldProcessor: LoadEmbedder = async (model, settings) => {
  if (settings.precision === "fp32") return anywhere(model, settings);
  throw new ModelError("precision_unsupported", "This processor does not multiply bytes exactly.", {
    hint: "Use fp32.",
  });
};

it("where the processor cannot do int8, no collection is made in it, and one that came along is searched by keywords", async () => {
  await using folder = await temporaryDirectory();
  {
    await using server = await openServer({ data: folder.path, loadEmbedder: anywhere });
    await server.send("/v1/collections", { name: "fast", precision: "int8" });
    await server.send("/v1/collections/fast/documents", { documents: [{ id: "a", text: "insulin" }] });
  }
  await using server = await openServer({ data: folder.path, loadEmbedder: oldProcessor });
  const refused = { status: 422, body: { code: "precision_unsupported", hint: "Use fp32." } };
  expect(await server.send("/v1/collections", { name: "new", precision: "int8" })).toMatchObject(refused);
  expect(await server.send("/v1/collections", { name: "new" })).toMatchObject({ status: 201 });
  const search = (mode: string) => server.send("/v1/collections/fast/search", { query: "insulin", mode });
  expect(await search("dense")).toMatchObject(refused);
  expect(SearchResponse.parse((await search("keyword")).body).hits.map(({ id }) => id)).toEqual(["a"]);
});
