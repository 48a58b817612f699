import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";

import { floats, maxDifference, tinyBertFolder } from "../../../testing/golden/golden.ts";
import { bytes, readOutputsGolden, rowsOf } from "../../../testing/golden/outputs.ts";
import type { OutputsGolden, StoredArray } from "../../../testing/golden/outputs.ts";
import type { EncodeOptions, TokenEmbeddings } from "./encode-options.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { quantizationRanges } from "./vectors/quantization-ranges.ts";
import { quantizeEmbeddings } from "./vectors/quantize.ts";
import type { Precision } from "./vectors/precision.ts";

let golden: OutputsGolden;
let tiny: SentenceTransformer;

beforeAll(async () => {
  golden = await readOutputsGolden();
  tiny = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
});
afterAll(() => tiny[Symbol.asyncDispose]());

type Stored = Float32Array | Int8Array | Uint8Array;

// Steps may differ by one, because a float on the border of two may fall on either side; bits may not.
const tolerance = { float32: 1e-5, int8: 1, uint8: 1, binary: 0, ubinary: 0 } as const satisfies Record<
  Precision,
  number
>;

/** The largest difference of any two components. */
function difference(rows: readonly Stored[], expected: StoredArray, precision: Precision): number {
  expect([rows.length, rows[0]?.length]).toEqual(expected.dims);
  const raw = bytes(expected);
  const signed = precision === "int8" || precision === "binary";
  const values = precision === "float32" ? floats(expected.base64) : signed ? new Int8Array(raw.buffer) : raw;
  return maxDifference(Float32Array.from(rows.flatMap((row) => [...row])), Float32Array.from(values));
}

function tokensOf({ data, dims: [, size] }: { data: Stored; dims: readonly [number, number] }): Stored[] {
  return Array.from({ length: data.length / size }, (_, token) => data.slice(token * size, (token + 1) * size));
}

test("every option of encode, alone and together, gives what sentence-transformers gives", async () => {
  const { texts, calls } = golden.encode;
  expect(calls).toHaveLength(11);
  for (const { arguments: given, stored } of calls) {
    const { precision = "float32" } = given;
    const rows = await tiny.encode(texts, {
      normalize: given.normalize_embeddings,
      truncateDim: given.truncate_dim,
      prompt: given.prompt,
      promptName: given.prompt_name,
      precision: given.precision,
    });
    expect(difference(rows, stored, precision), JSON.stringify(given)).toBeLessThanOrEqual(tolerance[precision]);
  }
});

describe("token embeddings", () => {
  test("equal sentence-transformers', with and without a prompt", async () => {
    const { texts, tokenEmbeddings, promptedTokenEmbeddings } = golden.encode;
    const plain = await tiny.encode(texts, { outputValue: "token_embeddings" });
    const prompted = await tiny.encodeQuery(texts, { outputValue: "token_embeddings" });
    for (const index of texts.keys()) {
      const [text, query] = [plain[index], prompted[index]];
      expect([text?.dims, query?.dims]).toEqual([tokenEmbeddings[index]?.dims, promptedTokenEmbeddings[index]?.dims]);
      expect(maxDifference(text?.data ?? NONE, floats(tokenEmbeddings[index]?.base64 ?? ""))).toBeLessThanOrEqual(1e-5);
      expect(
        maxDifference(query?.data ?? NONE, floats(promptedTokenEmbeddings[index]?.base64 ?? "")),
      ).toBeLessThanOrEqual(1e-5);
    }
  });

  test("are quantized with ranges that all texts of a call share", async () => {
    const { texts, uint8TokenEmbeddings, binaryTokenEmbeddings } = golden.encode;
    const steps = await tiny.encode(texts, { outputValue: "token_embeddings", precision: "uint8" });
    const bits = await tiny.encode(texts, { outputValue: "token_embeddings", precision: "binary" });
    for (const index of texts.keys()) {
      const [own, ownBits] = [steps[index], bits[index]];
      const [expected, expectedBits] = [uint8TokenEmbeddings[index], binaryTokenEmbeddings[index]];
      if (!own || !ownBits || !expected || !expectedBits) throw new Error("a text without tokens");
      expect(difference(tokensOf(own), expected, "uint8")).toBeLessThanOrEqual(tolerance.uint8);
      expect(difference(tokensOf(ownBits), expectedBits, "binary")).toBe(0);
    }
  });

  test("of one text are one result, of no texts none", async () => {
    const one = await tiny.encode("the cat", { outputValue: "token_embeddings" });
    expect(one.dims).toEqual([4, 48]); // [CLS] the cat [SEP]
    expect(one.data.length).toBe(4 * 48);
    expect(one.data.buffer.byteLength).toBe(4 * 48 * 4);
    expect(await tiny.encode([], { outputValue: "token_embeddings", precision: "int8" })).toEqual([]);
  });

  test("are not truncated and not scaled", async () => {
    const options = { outputValue: "token_embeddings", truncateDim: 5, normalize: true } as const;
    expect(await tiny.encode("the cat", options)).toEqual(
      await tiny.encode("the cat", { outputValue: "token_embeddings" }),
    );
  });
});

describe("precision", () => {
  test("one text in int8 needs ranges, and with them has the steps that it has among others", async () => {
    await expect(tiny.encode("the cat", { precision: "int8" })).rejects.toMatchObject({
      code: "input_invalid",
      hint: expect.stringContaining("ranges") as string,
    });
    const calibrationEmbeddings = await tiny.encode(golden.encode.texts);
    const ranges = quantizationRanges(calibrationEmbeddings);
    const alone = await tiny.encode("the dog", { precision: "int8", ranges });
    expect(alone).toBeInstanceOf(Int8Array);
    expect(alone).toEqual(await tiny.encode("the dog", { precision: "int8", calibrationEmbeddings }));
    expect(alone).toEqual((await tiny.encode(["a", "the dog"], { precision: "int8", ranges }))[1]);
    expect([alone]).toEqual(quantizeEmbeddings([await tiny.encode("the dog")], { precision: "int8", ranges }));
  });

  test("ranges are for the vectors that are kept", async () => {
    const ranges = quantizationRanges(await tiny.encode(golden.encode.texts, { truncateDim: 10 }));
    expect(await tiny.encode("the dog", { precision: "uint8", truncateDim: 10, ranges })).toHaveLength(10);
    await expect(tiny.encode("the dog", { precision: "uint8", ranges })).rejects.toMatchObject({
      code: "input_invalid",
    });
  });

  test("each has the type that its name promises", async () => {
    const texts = ["the cat", "a dog"];
    const kinds = await Promise.all(
      (["float32", "int8", "uint8", "binary", "ubinary"] as const).map(async (precision) => {
        const [vector] = await tiny.encode(texts, { precision });
        return [precision, vector?.constructor, vector?.byteLength];
      }),
    );
    expect(kinds).toEqual([
      ["float32", Float32Array, 192],
      ["int8", Int8Array, 48],
      ["uint8", Uint8Array, 48],
      ["binary", Int8Array, 6],
      ["ubinary", Uint8Array, 6],
    ]);
  });
});

test("the type of a result follows from the options", async () => {
  const one = await tiny.encode("on");
  expectTypeOf(one).toEqualTypeOf<Float32Array>();
  expectTypeOf(await tiny.encode(["on"])).toEqualTypeOf<Float32Array[]>();
  expectTypeOf(await tiny.encodeQuery("on", { precision: "binary" })).toEqualTypeOf<Int8Array>();
  expectTypeOf(await tiny.encodeDocument(["on"], { precision: "ubinary" })).toEqualTypeOf<Uint8Array[]>();
  const tokens = await tiny.encode("on", { outputValue: "token_embeddings" });
  expectTypeOf(tokens).toEqualTypeOf<TokenEmbeddings>();
  const options: EncodeOptions = { precision: "float32" };
  const any = await tiny.encode("on", options);
  expectTypeOf<Float32Array>().toExtend<typeof any>();
  expect([one.length, tokens.dims, any]).toEqual([48, [3, 48], one]);
});

describe("truncateDim", () => {
  test("at load is the dimension of the model, part of its name, and the default of every call", async () => {
    await using short = await SentenceTransformer.load(tinyBertFolder, { truncateDim: 13, workers: 1 });
    expect(short.dimension).toBe(13);
    expect(short.model).toBe(`${tiny.model}:first-13`);
    expect(await short.encode("the cat")).toEqual((await tiny.encode("the cat")).slice(0, 13));
    expect(await short.encode("the cat", { truncateDim: 20 })).toHaveLength(20);
    expect(Math.hypot(...(await short.encode("the cat", { normalize: true })))).toBeCloseTo(1, 6);
  });

  test.each([0, -1, 49, 1.5, Number.NaN, Infinity])("of %d is refused, at load and at a call", async (truncateDim) => {
    await expect(tiny.encode("the cat", { truncateDim })).rejects.toMatchObject({
      code: "input_invalid",
      details: { largest: 48 },
    });
    await expect(SentenceTransformer.load(tinyBertFolder, { truncateDim })).rejects.toMatchObject({
      code: "input_invalid",
    });
  });
});

/** A copy of tiny-bert in which one file says something else. */
async function changed(file: string, content: unknown): Promise<{ model: SentenceTransformer } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  await cp(tinyBertFolder, folder.path, { recursive: true });
  await writeFile(join(folder.path, file), JSON.stringify(content));
  const model = stack.use(await SentenceTransformer.load(folder.path, { workers: 1 }));
  const owned = stack.move();
  return { model, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test("a vector that its model scaled is scaled again when it is shortened", async () => {
  await using tested = await changed("modules.json", [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
    { idx: 2, name: "2", path: "2_Normalize", type: "sentence_transformers.models.Normalize" },
  ]);
  const length = async (options: EncodeOptions<"float32", "sentence_embedding">): Promise<number> =>
    Math.hypot(...(await tested.model.encode("the cat", options)));
  expect(await length({})).toBeCloseTo(1, 6);
  expect(await length({ truncateDim: 13 })).toBeLessThan(0.9);
  expect(await length({ truncateDim: 13, normalize: true })).toBeCloseTo(1, 6);
});

test("a model that leaves its prompt out of the pooling does so in every mode", async () => {
  const { prompt, results } = golden.withoutPrompt;
  expect(results).toHaveLength(7);
  for (const { config, vectors, unprompted } of results) {
    await using tested = await changed("1_Pooling/config.json", config);
    const { texts } = golden.encode;
    for (const [options, expected] of [
      [{ prompt }, vectors],
      [{}, unprompted],
    ] as const) {
      const rows = await tested.model.encode(texts, options);
      // Of large numbers: a sum over the root of the length has less digits behind the point than a mean.
      const largest = floats(expected.base64).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(difference(rows, expected, "float32"), JSON.stringify(config)).toBeLessThanOrEqual(1e-5 * largest);
    }
  }
});

describe("prompts", () => {
  test("stand before texts as in sentence-transformers", async () => {
    expect(golden.prompts).toHaveLength(5);
    for (const { config, prompts, vectors } of golden.prompts) {
      await using tested = await changed("config_sentence_transformers.json", config);
      const { model } = tested;
      expect(model.prompts).toEqual(prompts);
      const expected = rowsOf(vectors);
      const actual = [await model.encode("on"), await model.encodeQuery("on"), await model.encodeDocument("on")];
      for (const [index, vector] of actual.entries()) {
        expect(maxDifference(vector, expected[index] ?? NONE), JSON.stringify(config)).toBeLessThanOrEqual(1e-5);
      }
    }
  });

  test("documents take the first of document, passage and corpus", async () => {
    await using tested = await changed("config_sentence_transformers.json", {
      prompts: { corpus: "a mat ", passage: "a cat " },
      default_prompt_name: "corpus",
    });
    const { model } = tested;
    expect(model.defaultPromptName).toBe("corpus");
    expect(await model.encodeDocument("on")).toEqual(await model.encode("on", { promptName: "passage" }));
    expect(await model.encode("on")).toEqual(await model.encode("on", { prompt: "a mat " }));
    expect(await model.encodeQuery("on")).toEqual(await model.encode("on", { prompt: "" }));
  });

  test("an unknown name is refused with the nearest that the model has", async () => {
    await expect(tiny.encode("on", { promptName: "qeury" })).rejects.toMatchObject({
      code: "input_invalid",
      hint: 'Did you mean "query"?',
      details: { prompts: ["query", "document"] },
    });
    await expect(tiny.encodeQuery("on", { promptName: "toString" })).rejects.toMatchObject({ code: "input_invalid" });
    await expect(tiny.encodeDocument("on", { promptName: 7 as unknown as string })).rejects.toMatchObject({
      code: "input_invalid",
    });
    await expect(tiny.encode("on", { prompt: 7 as unknown as string })).rejects.toMatchObject({
      code: "input_invalid",
    });
  });
});

describe("similarity", () => {
  test("is the model's own unless another is named", async () => {
    await using tested = await changed("config_sentence_transformers.json", { similarity_fn_name: "euclidean" });
    const { model } = tested;
    const vectors = await model.encode(["the cat", "a dog", "the cat"]);
    expect([model.similarityFunction, tiny.similarityFunction]).toEqual(["euclidean", "cosine"]);
    expect(model.similarity(vectors, vectors)[0]?.[2]).toBeCloseTo(0, 6);
    expect(model.similarity(vectors, vectors, { similarityFunction: "cosine" })[0]?.[2]).toBeCloseTo(1, 6);
    expect(model.similarityPairwise(vectors, vectors.toReversed())[1]).toBeCloseTo(0, 6);
    expect(model.similarityPairwise(vectors, vectors, { similarityFunction: "dot" })[0]).toBeGreaterThan(1);
    expect(() => model.similarity(vectors, [new Float32Array(5)])).toThrow(
      expect.objectContaining({ code: "input_invalid" }),
    );
  });
});

const NONE = new Float32Array();
