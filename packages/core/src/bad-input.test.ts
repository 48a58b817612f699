import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import type { EncodeOptions } from "./encode-options.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";

let model: SentenceTransformer;
beforeAll(async () => {
  model = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
});
afterAll(() => model[Symbol.asyncDispose]());

const invalid = { name: "ModelError", code: "input_invalid" };

describe("what is not text is refused", () => {
  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a number", 7],
    ["an object", { length: 1, 0: "text" }],
    ["an iterable", new Set(["text"])],
    ["bytes", new Uint8Array(3)],
    ["a number among texts", ["text", 7]],
    ["a hole among texts", ["text", , "text"]], // oxlint-disable-line no-sparse-arrays
    ["a list of lists", [["text"]]],
  ])("%s", async (_, input) => {
    for (const method of ["encode", "encodeQuery", "encodeDocument"] as const) {
      await expect(model[method](input as string[])).rejects.toMatchObject(invalid);
      await expect(model[method](input as string[], { prompt: "the " })).rejects.toMatchObject(invalid);
    }
  });

  test("the text itself is in no message", async () => {
    const secret = "patient 4711";
    const error = await model.encode([secret, 7 as unknown as string]).catch((reason: unknown) => reason);
    expect(JSON.stringify({ ...(error as object), message: String(error) })).not.toContain(secret);
  });
});

describe("text of any kind has a vector", () => {
  test.each([
    ["nothing", ""],
    ["NUL", "\0\0the\0cat\0"],
    ["lone surrogates", "\ud83d the \udf00 cat \ud800"],
    ["noncharacters", "\uffff\ufffe\u{10ffff}"],
    ["10 MB of words", "metformin lowers glucose. ".repeat(400_000)],
    ["10 MB without a space", "x".repeat(10_000_000)],
    ["10 MB of NUL", "\0".repeat(10_000_000)],
    ["10 MB of lone surrogates", "\ud800".repeat(5_000_000)],
  ])("%s", async (_, text) => {
    const [vector, beside] = await model.encode([text, "the cat"]);
    expect(vector?.every(Number.isFinite)).toBe(true);
    expect(beside).toEqual(await model.encode("the cat"));
  });

  test("no texts have no vectors, in any form", async () => {
    const forms: EncodeOptions[] = [
      {},
      { precision: "int8" },
      { precision: "binary", normalize: true },
      { outputValue: "token_embeddings" },
    ];
    for (const options of forms) expect(await model.encode([], options)).toEqual([]);
  });
});

describe("options of no sense are refused before anything is computed", () => {
  test.each([
    ["precision", { precision: "int4" }],
    ["a precision of the prototype", { precision: "constructor" }],
    ["output", { outputValue: "cls_embeddings" }],
    ["an output of the prototype", { outputValue: "toString" }],
    ["prompt name", { promptName: "summary" }],
    ["truncateDim 0", { truncateDim: 0 }],
    ["truncateDim beyond the vector", { truncateDim: 49 }],
    ["a fraction", { truncateDim: 12.5 }],
    [
      "NaN in ranges",
      { precision: "int8", ranges: { min: new Float32Array(48).fill(Number.NaN), max: new Float32Array(48) } },
    ],
    ["ranges of another model", { precision: "uint8", ranges: { min: new Float32Array(3), max: new Float32Array(3) } }],
    ["calibration of another model", { precision: "uint8", calibrationEmbeddings: [new Float32Array(3)] }],
  ])("%s", async (_, options) => {
    let batches = 0;
    const call = model.encode(["the cat", "a dog"], { ...(options as EncodeOptions), onProgress: () => batches++ });
    await expect(call).rejects.toMatchObject(invalid);
    expect(batches).toBe(0);
  });
});

describe("an abort, whenever it comes", () => {
  const reason = new Error("enough");

  test("before the call", async () => {
    const signal = AbortSignal.abort(reason);
    for (const outputValue of ["sentence_embedding", "token_embeddings"] as const) {
      await expect(model.encode(["the cat"], { signal, outputValue })).rejects.toBe(reason);
      await expect(model.encode([], { signal, outputValue })).rejects.toBe(reason);
    }
    await expect(model.countTokens(["the cat"], { signal })).rejects.toBe(reason);
  });

  test.each(["sentence_embedding", "token_embeddings"] as const)("at any batch of %s", async (outputValue) => {
    const texts = Array.from({ length: 400 }, (_, index) => "the cat ".repeat(1 + (index % 15)));
    for (const batch of [1, 2, 5]) {
      const controller = new AbortController();
      let batches = 0;
      const onProgress = (): void => {
        if (++batches === batch) controller.abort(reason);
      };
      await expect(model.encode(texts, { outputValue, signal: controller.signal, onProgress })).rejects.toBe(reason);
    }
    expect(await model.encode("the cat")).toHaveLength(48);
  });

  test("while a long text is tokenized", async () => {
    const controller = new AbortController();
    const call = model.encode(
      Array.from({ length: 50 }, () => "the cat sat ".repeat(50_000)),
      { signal: controller.signal },
    );
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });
});

test("a callback that throws ends its call and nothing else", async () => {
  const failure = new Error("no more room for progress");
  const call = model.encode(["the cat", "a dog sat"], {
    onProgress: () => {
      throw failure;
    },
  });
  await expect(call).rejects.toBe(failure);
  expect(await model.encode("the cat")).toHaveLength(48);
});

test("a disposed model says so", async () => {
  const gone = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  await gone[Symbol.asyncDispose]();
  const disposed = { name: "ModelError", code: "disposed" };
  await expect(gone.encode("the cat")).rejects.toMatchObject(disposed);
  await expect(gone.encode(["the cat"], { outputValue: "token_embeddings" })).rejects.toMatchObject(disposed);
  expect(gone.similarity([Float32Array.of(1)], [Float32Array.of(1)])).toEqual([Float32Array.of(1)]);
});
