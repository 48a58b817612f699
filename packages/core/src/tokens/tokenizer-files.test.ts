import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { readFolderGolden, tokenizerFolder } from "../../../../testing/golden/tokenizers/tokenizers.ts";
import { Tokenizer } from "./tokenizer.ts";
import { readTokenizerFiles } from "./tokenizer-files.ts";

const golden = await readFolderGolden();

describe("as transformers' AutoTokenizer reads the folder", () => {
  test.each(Object.entries(golden.folders))("%s", async (name, expected) => {
    const files = await readTokenizerFiles(tokenizerFolder(name));
    const tokenizer = await Tokenizer.fromJson(files.tokenizerJson);
    const encoded = await tokenizer.encode(golden.texts);
    for (const [index, { ids }] of encoded.entries())
      expect([...ids], golden.texts[index]).toEqual(expected.ids[index]);
    const [pair] = await tokenizer.encodePairs([["a b", "c"]]);
    expect([...(pair?.ids ?? [])]).toEqual(expected.pair);
    expect(files.truncationSide).toBe(expected.truncationSide);
    expect(files.paddingSide).toBe(expected.paddingSide);
    expect(files.modelMaxLength ?? null).toBe(expected.modelMaxLength);
  });
});

test("a file that needs no change keeps its text", async () => {
  const files = await readTokenizerFiles(tinyBertFolder);
  expect(files.tokenizerJson.text).toBe(await readFile(join(tinyBertFolder, "tokenizer.json"), "utf8"));
});

test("a vocabulary as other systems write it", async () => {
  await using folder = await temporaryDirectory();
  await writeFile(join(folder.path, "config.json"), '{"model_type":"bert"}');
  await writeFile(join(folder.path, "vocab.txt"), "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nword \r\nword\r\n__proto__\r\n");
  const { tokenizerJson } = await readTokenizerFiles(folder.path);
  const tokenizer = await Tokenizer.fromJson(tokenizerJson);
  const [tokens] = await tokenizer.encode(["word [SEP]"]);
  expect([...(tokens?.ids ?? [])]).toEqual([2, 5, 3, 3]);
});

describe("failures", () => {
  test.each([
    ["no tokenizer at all", {}, "model_invalid", "tokenizer.json"],
    ["SentencePiece alone", { "sentencepiece.bpe.model": "x" }, "tokenizer_invalid", "save_pretrained"],
    ["a broken tokenizer.json", { "tokenizer.json": '{"model":' }, "tokenizer_invalid", "again"],
    ["a tokenizer.json of another shape", { "tokenizer.json": "[]" }, "tokenizer_invalid", "again"],
    ["a broken tokenizer_config.json", { "tokenizer_config.json": "{" }, "model_invalid", "again"],
    ["a side that is none", { "tokenizer_config.json": '{"padding_side":"up"}' }, "model_invalid", "again"],
    ["an added token of another shape", { "added_tokens.json": '{"a":-1}' }, "model_invalid", "again"],
    [
      "merges of three",
      { "config.json": '{"model_type":"roberta"}', "vocab.json": '{"a":0}', "merges.txt": "a b\na b c" },
      "tokenizer_invalid",
      "merges.txt",
    ],
  ])("%s", async (_, files: Record<string, string>, code, hint) => {
    await using folder = await temporaryDirectory();
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
    await expect(readTokenizerFiles(folder.path)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });
});
