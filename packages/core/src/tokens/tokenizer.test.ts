import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { Tokenizer as RustTokenizer } from "tokenizers";
import { beforeAll, describe, expect, test } from "vitest";

import { openModel } from "../model-folder/sources.ts";
import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { Tokenizer } from "./tokenizer.ts";

let tokenizer: Tokenizer;
let oracle: RustTokenizer;

beforeAll(async () => {
  const { tokenizerJson } = await openModel();
  tokenizer = await Tokenizer.fromJson(tokenizerJson);
  oracle = RustTokenizer.fromString(tokenizerJson);
  oracle.disablePadding();
});

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.lorem({ maxCount: 30 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
);

test("truncated ids equal those of Rust's own truncation, and keep the final [SEP]", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 4 }), fc.integer({ min: 3, max: 20 }), async (texts, maxLength) => {
      oracle.setTruncation(maxLength);
      const expected = (await oracle.encodeBatch(texts)).map((encoding) => encoding.getIds());
      const tokenized = await tokenizer.encode(texts, { maxLength });
      expect(tokenized.map(({ ids }) => [...ids])).toEqual(expected);
      for (const { ids, fullLength } of tokenized) {
        expect(ids.at(-1)).toBe(102);
        expect(fullLength > ids.length).toBe(fullLength > maxLength);
      }
    }),
    { numRuns: 100 },
  );
});

test("counts are those of the full text without special tokens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (texts) => {
      const full = await tokenizer.encode(texts);
      expect(await tokenizer.countTokens(texts)).toEqual(
        full.map(({ fullLength }) => fullLength - tokenizer.specialTokens),
      );
    }),
    { numRuns: 50 },
  );
});

describe("the padding and truncation to 128 that the file asks for are ignored", () => {
  test("short and long texts keep their lengths", async () => {
    const [short, long] = await tokenizer.encode(["two words", "word ".repeat(500)]);
    expect([short?.ids.length, long?.ids.length]).toEqual([4, 502]);
  });
});

test("more texts than go into one call come back in order", async () => {
  const texts = Array.from({ length: 1200 }, (_, index) => "word ".repeat(index % 9));
  expect(await tokenizer.countTokens(texts)).toEqual(texts.map((_, index) => index % 9));
  expect(await tokenizer.countTokens([])).toEqual([]);
});

test("spans cut tokens out of the text, also beyond the basic plane", async () => {
  const source = "👩‍⚕️ gives 💊💊 — “Metformin” café";
  const pieces = (await tokenizer.spans(source)).map(([start, end]) => source.slice(start, end));
  expect(pieces).toEqual(["👩‍⚕", "gives", "💊💊", "—", "“", "Met", "form", "in", "”", "café"]);
});

test("spans lie in the text, in order", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const spans = await tokenizer.spans(source);
      for (const [index, [start, end]] of spans.entries()) {
        expect(start <= end && end <= source.length && start >= (spans[index - 1]?.[0] ?? 0)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test("decode gives the words back", async () => {
  const [encoded] = await tokenizer.encode(["Metformin lowers glucose."]);
  expect(await tokenizer.decode(encoded?.ids ?? new Int32Array())).toBe("metformin lowers glucose.");
});

test("texts are lower-cased first where the model asks for it", async () => {
  const json = await readFile(join(tinyBertFolder, "tokenizer.json"), "utf8");
  const cased = JSON.stringify({ ...(JSON.parse(json) as object), normalizer: null });
  const [plain, lowered] = await Promise.all([
    Tokenizer.fromJson(cased),
    Tokenizer.fromJson(cased, { lowerCase: true }),
  ]);
  const [[unknown], [known]] = [await plain.encode(["The"]), await lowered.encode(["The"])];
  expect(unknown?.ids).not.toEqual(known?.ids);
});

describe("failures", () => {
  test.each(["", "{}", "not json", '{"model":{"type":"None"}}'])("%j is no tokenizer", async (json) => {
    await expect(Tokenizer.fromJson(json)).rejects.toMatchObject({ code: "tokenizer_invalid" });
  });

  test("a limit that leaves no room for a token", async () => {
    await expect(tokenizer.encode(["a"], { maxLength: 2 })).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("an abort is noticed", async () => {
    const reason = new Error("enough");
    await expect(tokenizer.countTokens(["a"], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
