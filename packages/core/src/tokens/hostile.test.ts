import * as fc from "fast-check";
import { Tokenizer as RustTokenizer } from "tokenizers";
import { beforeAll, describe, expect, test } from "vitest";

import { readTokenizerJson } from "../../../../testing/golden/tokenizers/tokenizers.ts";
import { ModelError } from "../errors.ts";
import { openModel } from "../model-folder/sources.ts";
import { findUnsafePattern } from "./pattern-safety.ts";
import { Tokenizer } from "./tokenizer.ts";

const names = ["word-piece-uncased", "word-piece-added-tokens", "byte-level-nfc", "unigram", "unigram-metaspace"];
const files = await Promise.all(names.map(readTokenizerJson));

// A panic in the library would end this process: that the test comes to its end is the half of what it says.
describe("tokenizer.json, changed in one place", () => {
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(null, -1, 0, 1.5, 1e30, 2 ** 31, 2 ** 32, "", "x", "((a+)+)+$", "\u0000", true, [], {}, [
      [],
    ]),
    fc.constant(undefined),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const steps = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 });

  test("either tokenizes or is refused with its code", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), steps, hostile, async (file, path, value) => {
        const json = JSON.parse(file) as unknown;
        replaceAt(json, path, value);
        const outcome = await tryOut(JSON.stringify(json));
        expect(["worked", "tokenizer_invalid"]).toContain(outcome);
      }),
      { numRuns: 1500 },
    );
  });

  test("cut off anywhere, it is refused", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (file, share) => {
          expect(await tryOut(file.slice(0, Math.floor(file.length * share)))).toBe("tokenizer_invalid");
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("what a tokenizer.json must not hold", () => {
  const [wordPiece = "", , byteLevel = "", unigram = ""] = files;

  test.each([
    ["an unknown component", changed(wordPiece, { normalizer: { type: "Quantum" } }), "normalizer"],
    ["an unknown model", changed(wordPiece, { model: { type: "None", vocab: {} } }), "model"],
    ["a negative id", changed(wordPiece, { model: { ...model(wordPiece), vocab: { "[UNK]": -1 } } }), "model.vocab"],
    ["no piece for what is unknown", changed(wordPiece, { model: { ...model(wordPiece), vocab: { a: 0 } } }), "[UNK]"],
    [
      "words without limit",
      changed(wordPiece, { model: { ...model(wordPiece), max_input_chars_per_word: 1e9 } }),
      "1000",
    ],
    [
      "merges of nothing known",
      changed(byteLevel, { model: { ...model(byteLevel), merges: [["zzzz", "qqqq"]] } }),
      "merges",
    ],
    [
      "a prefix that no piece has",
      changed(byteLevel, { model: { ...model(byteLevel), continuing_subword_prefix: "##########" } }),
      "prefix",
    ],
    ["an unknown piece out of range", changed(unigram, { model: { ...model(unigram), unk_id: 70_000 } }), "unk_id"],
    ["a pattern that explodes", changed(byteLevel, { pre_tokenizer: split("(a+)+$") }), "repeats a group"],
    [
      "a replacement of nothing",
      changed(wordPiece, { normalizer: { type: "Replace", pattern: { String: "" }, content: "x" } }),
      "nothing",
    ],
    [
      "a table that leads out of itself",
      changed(unigram, { normalizer: { type: "Precompiled", precompiled_charsmap: "BAAAAP////8=" } }),
      "trie",
    ],
    [
      "two templates",
      changed(wordPiece, { post_processor: { type: "Sequence", processors: [bertProcessing, bertProcessing] } }),
      "more than one",
    ],
    [
      "a template with an unknown token",
      changed(wordPiece, { post_processor: { ...template, special_tokens: {} } }),
      "special_tokens",
    ],
    [
      "too many added tokens",
      changed(wordPiece, { added_tokens: Array.from({ length: 100_001 }, () => ({})) }),
      "added_tokens",
    ],
    ["JSON as deep as a well", `${"[".repeat(500_000)}${"]".repeat(500_000)}`, "not as expected"],
  ])("%s", async (_, json, message) => {
    const refused = Tokenizer.fromJson(json);
    await expect(refused).rejects.toMatchObject({
      code: "tokenizer_invalid",
      message: expect.stringContaining(message),
    });
  });

  test("a vocabulary with gaps and with two pieces of one id is none of that", async () => {
    const vocab = { "[UNK]": 7, a: 9, b: 9, "[CLS]": 2, "[SEP]": 3 };
    const sparse = await Tokenizer.fromJson(
      changed(wordPiece, { model: { ...model(wordPiece), vocab }, added_tokens: [], post_processor: bertProcessing }),
    );
    const [tokens] = await sparse.encode(["a b c"]);
    expect([...(tokens?.ids ?? [])]).toEqual([2, 9, 9, 7, 3]);
    expect(sparse.vocabularySize).toBe(10);
  });
});

function changed(file: string, change: Record<string, unknown>): string {
  return JSON.stringify({ ...(JSON.parse(file) as object), ...change });
}

function model(file: string): Record<string, unknown> {
  return (JSON.parse(file) as { model: Record<string, unknown> }).model;
}

function unit(offset: number, label: number, hasLeaf: boolean): number {
  return ((offset << 10) | (hasLeaf ? 1 << 8 : 0) | label) >>> 0;
}

function withTable(precompiled_charsmap: string): Promise<Tokenizer> {
  return Tokenizer.fromJson(changed(files[3] ?? "", { normalizer: { type: "Precompiled", precompiled_charsmap } }));
}

function table(change?: (units: Uint32Array) => void): string {
  const units = new Uint32Array(512);
  units[0] = unit(256, 0, false);
  // "a" → 256 ^ 0x61 = 353, its children at 353 ^ 97 = 256 ^ …; the leaf holds where the replacement starts.
  units[353] = unit(353 ^ 128, 0x61, true);
  units[128] = 0x8000_0000;
  units[128 ^ 0x62] = unit(128 ^ 0x62 ^ 64, 0x62, true);
  units[64] = 0x8000_0002;
  change?.(units);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(units.byteLength);
  return Buffer.concat([size, Buffer.from(units.buffer), Buffer.from("b\0é\0")]).toString("base64");
}

function split(Regex: string): unknown {
  return { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
}

const bertProcessing = { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] };
const template = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
};

test.each([" {2,}", "[0-9]", "\\p{L}+|\\p{N}", "(?:a|b)c+", "\\(x\\)+"])("%s may be run", (pattern) => {
  expect(findUnsafePattern(pattern)).toBeUndefined();
});

test.each(["(a+)+", "(a|aa)*", "(a){2,}", "(a+)\\1", "a+b+c", "[[a]]+", "(?<x>a)\\k<x>", "a".repeat(1001)])(
  "%s may not",
  (pattern) => {
    expect(findUnsafePattern(pattern)).toBeTypeOf("string");
  },
);

describe("texts", () => {
  let tokenizer: Tokenizer;
  let oracle: RustTokenizer;

  beforeAll(async () => {
    const { tokenizerJson } = await openModel();
    tokenizer = await Tokenizer.fromJson(tokenizerJson);
    oracle = RustTokenizer.fromString(tokenizerJson.text);
    oracle.disablePadding();
    oracle.disableTruncation();
  });

  test("half a surrogate pair is what Rust makes of it: U+FFFD", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom("a", " ", "\ud83d", "\udc8a", "é", "\0") }), async (text) => {
        const [tokens] = await tokenizer.encode([text]);
        expect([...(tokens?.ids ?? [])]).toEqual((await oracle.encode(text)).getIds());
      }),
      { numRuns: 100 },
    );
  });

  test("ten million characters take their time in turns, and an abort ends them", async () => {
    const text = "Metformin lowers hepatic gluconeogenesis (≥ 5 µmol). ".repeat(190_000);
    const abort = new AbortController();
    setImmediate(() => abort.abort(new Error("enough")));
    await expect(tokenizer.encode([text], { signal: abort.signal })).rejects.toThrow("enough");
    const [tokens] = await tokenizer.encode([text], { maxLength: 256 });
    expect([tokens?.ids.length, tokens?.fullLength]).toEqual([256, 190_000 * 20 + 2]);
  });

  test.each([
    ["one long word", "x".repeat(10_000_000), 1],
    ["nothing but separators", "\n".repeat(10_000_000), 0],
    ["punctuation without a space", "a.".repeat(1_000_000), 2_000_000],
    ["Chinese without a space", "漢".repeat(500_000), 500_000],
  ])("%s", async (_, text, count) => {
    expect(await tokenizer.countTokens([text])).toEqual([count]);
  });

  test("an abort does not wait for what the library still does", async () => {
    const byteLevel = await Tokenizer.fromJson(files[2] ?? "");
    const abort = new AbortController();
    setImmediate(() => abort.abort(new Error("enough")));
    const encoding = byteLevel.encode(["Metformin lowers glucose. ".repeat(40_000)], {
      withSpans: true,
      signal: abort.signal,
    });
    await expect(encoding).rejects.toThrow("enough");
  });

  test("an empty list", async () => {
    expect(await tokenizer.encode([])).toEqual([]);
  });
});

function replaceAt(json: unknown, path: readonly number[], value: unknown): void {
  let parent = json as Record<string, unknown>;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(parent);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const child = parent[key];
    if (depth === path.length - 1 || typeof child !== "object" || child === null) {
      parent[key] = value;
      return;
    }
    parent = child as Record<string, unknown>;
  }
}

async function tryOut(json: string): Promise<string> {
  try {
    const tokenizer = await Tokenizer.fromJson(json);
    await tokenizer.encode(["Hello wörld [CLS] 漢 ``x''", "", "a".repeat(300)], { maxLength: 40, withSpans: true });
    await tokenizer.encodePairs([["a b", "c"]], { maxLength: 40 });
    await tokenizer.decode(Int32Array.of(5, 6, 700));
    return "worked";
  } catch (error) {
    if (error instanceof ModelError) return error.code;
    throw error;
  }
}

// A double array that replaces "a" by "b" and "ab" by "é": built by hand, unit by unit.
describe("SentencePiece's table of normalizations", () => {
  test("is followed", async () => {
    const [mapped, plain] = [
      await withTable(table()),
      await Tokenizer.fromJson(changed(files[3] ?? "", { normalizer: null })),
    ];
    const [[ours], [theirs]] = [await mapped.encode(["a cabin"]), await plain.encode(["b cbbin"])];
    expect(ours?.ids).toEqual(theirs?.ids);
  });

  test.each([
    ["a way out of the trie", (units: Uint32Array) => void (units[353] = unit(353 ^ 4096, 0x61, false))],
    ["a replacement behind the end", (units: Uint32Array) => void (units[128] = 0x8000_0009)],
    ["a replacement within a character", (units: Uint32Array) => void (units[128] = 0x8000_0003)],
  ])("%s is refused", async (_, change) => {
    await expect(withTable(table(change))).rejects.toMatchObject({ code: "tokenizer_invalid" });
  });
});
