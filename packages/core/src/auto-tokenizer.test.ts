import { beforeAll, expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import { crossEncoderFolder } from "../../../testing/golden/outputs.ts";
import { AutoTokenizer } from "./auto-tokenizer.ts";

let tokenizer: AutoTokenizer;

beforeAll(async () => {
  tokenizer = await AutoTokenizer.fromPretrained(tinyBertFolder);
});

test("pairs become one input each, with types, padding and offsets", async () => {
  const withTypes = await AutoTokenizer.fromPretrained(crossEncoderFolder("cross-bert"));
  const inputs = await withTypes.encode(["the cat", "a"], {
    textPair: ["sat", "on the mat"],
    padding: true,
    returnOffsets: true,
  });
  const { dims, inputIds, attentionMask, tokenTypeIds, offsetMapping } = inputs;
  expect(dims).toEqual([2, 7]);
  expect([...attentionMask]).toEqual([1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1]);
  expect([...(tokenTypeIds ?? [])]).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
  expect([...inputIds].map((id, token) => id === 0 || attentionMask[token] === 1)).not.toContain(false);
  expect([...(offsetMapping ?? [])]).toEqual(
    [
      [0, 0],
      [0, 3],
      [4, 7],
      [0, 0],
      [0, 3],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 2],
      [3, 6],
      [7, 10],
      [0, 0],
    ].flat(),
  );
});

test("a tokenizer of a class that tells no segments gives type 0 everywhere", async () => {
  const { tokenTypeIds } = await tokenizer.encode("the cat", { textPair: "sat" });
  expect([...(tokenTypeIds ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
});

test("one text and its pair as strings; truncation by its strategy", async () => {
  const long = "a ".repeat(60);
  const cut = await tokenizer.encode("the cat", { textPair: long, truncation: "only_second" });
  expect(cut.dims).toEqual([1, 40]);
  expect((await tokenizer.encode(long, { textPair: long, truncation: true, maxLength: 12 })).dims).toEqual([1, 12]);
  expect((await tokenizer.encode(long, { textPair: "the" })).dims).toEqual([1, 64]);
});

test("padding to a length, and no special tokens", async () => {
  const padded = await tokenizer.encode(["a b", "c"], { padding: "max_length", maxLength: 8 });
  expect(padded.dims).toEqual([2, 8]);
  const bare = await tokenizer.encode(["a b", "c d"], { addSpecialTokens: false });
  expect(bare.dims).toEqual([2, 2]);
  expect((await tokenizer.encode([])).dims).toEqual([0, 0]);
});

test.each([
  ["different lengths", ["a", "a b"], {}],
  ["fewer seconds than firsts", ["a", "b"], { textPair: "c" }],
  ["only_second without a second", ["a"], { truncation: "only_second" }],
  ["only_first that cannot fit", ["a"], { textPair: "b ".repeat(50), truncation: "only_first" }],
] as const)("%s is refused", async (_, texts, options) => {
  await expect(tokenizer.encode(texts, options)).rejects.toMatchObject({ code: "input_invalid" });
});
