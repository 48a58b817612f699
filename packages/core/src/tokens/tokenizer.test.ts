import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { Tokenizer as RustTokenizer } from "tokenizers";
import type { Encoding, TruncationStrategy as RustStrategy } from "tokenizers";
import { beforeAll, describe, expect, test } from "vitest";

import type { ModelError } from "../errors.ts";
import { openModel } from "../model-folder/sources.ts";
import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { Tokenizer } from "./tokenizer.ts";
import { truncationStrategies } from "./truncation.ts";
import type { TruncationSide, TruncationStrategy } from "./truncation.ts";

let tokenizer: Tokenizer;
let leftTokenizer: Tokenizer;
let oracle: RustTokenizer;
let truncating: RustTokenizer;

beforeAll(async () => {
  const { tokenizerJson } = await openModel();
  tokenizer = await Tokenizer.fromJson(tokenizerJson);
  oracle = RustTokenizer.fromString(tokenizerJson.text);
  oracle.disablePadding();
  truncating = RustTokenizer.fromString(tokenizerJson.text);
  truncating.disablePadding();
  leftTokenizer = await Tokenizer.fromJson(tokenizerJson, { truncationSide: "left" });
});

// The constants behind the enum of the library, which it does not export.
const rustStrategies = {
  longest_first: "LongestFirst",
  only_first: "OnlyFirst",
  only_second: "OnlySecond",
} as unknown as Record<TruncationStrategy, RustStrategy>;

async function oracleEncodings(texts: readonly [string, string]): Promise<[Encoding, Encoding]> {
  oracle.disableTruncation();
  const encodings = texts.map((each) => oracle.encode(each, null, { addSpecialTokens: false }));
  return (await Promise.all(encodings)) as [Encoding, Encoding];
}

interface Cut {
  readonly maxLength: number;
  readonly strategy: TruncationStrategy;
  readonly side: TruncationSide;
}

// Truncation belongs to Rust's post-processing: applied to encodings that nothing has cut yet, it is the plain
// algorithm. (Its `encode` stops reading a text early, and then takes two long texts for equally long.)
async function oraclePair(pair: readonly [string, string], { maxLength, strategy, side }: Cut): Promise<number[][]> {
  const [first, second] = await oracleEncodings(pair);
  truncating.setTruncation(maxLength, { strategy: rustStrategies[strategy], direction: side });
  const encoding = truncating.postProcess(first, second, true);
  return [encoding.getIds(), encoding.getTypeIds()];
}

async function ourPair(pair: readonly [string, string], { maxLength, strategy, side }: Cut): Promise<number[][]> {
  const cutting = side === "left" ? leftTokenizer : tokenizer;
  const [{ ids, typeIds } = fail()] = await cutting.encodePairs([pair], { maxLength, truncation: strategy });
  return [[...ids], [...typeIds]];
}

function fail(): never {
  throw new Error("nothing was tokenized");
}

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

describe("pairs", () => {
  const words = fc.oneof(
    text,
    fc.nat({ max: 12 }).map((count) => "word ".repeat(count)),
  );

  test("ids, types and truncation equal those of Rust", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(words, words),
        fc.integer({ min: 4, max: 20 }),
        fc.constantFrom(...truncationStrategies),
        fc.constantFrom("left", "right"),
        async (pair, maxLength, strategy, side) => {
          const cut: Cut = { maxLength, strategy, side };
          const ours = await ourPair(pair, cut).catch((error: unknown) => (error as ModelError).code);
          expect(ours).toEqual(await oraclePair(pair, cut).catch(() => "input_invalid"));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("many pairs come back in order, with the length that they would have had", async () => {
    const pairs = Array.from({ length: 700 }, (_, index) => ["word ".repeat(index % 9), "word"] as const);
    const tokenized = await tokenizer.encodePairs(pairs, { maxLength: 6 });
    expect(tokenizer.specialTokensInPair).toBe(3);
    expect(tokenized.map(({ fullLength }) => fullLength)).toEqual(pairs.map((_, index) => (index % 9) + 4));
    expect(tokenized.map(({ ids }) => ids.length)).toEqual(pairs.map((_, index) => Math.min(6, (index % 9) + 4)));
    expect(await tokenizer.encodePairs([])).toEqual([]);
  });

  test("spans are those of each text", async () => {
    const [{ spans, ids } = fail()] = await tokenizer.encodePairs([["a b", "💊 c"]], { withSpans: true });
    expect(spans).toEqual([
      [0, 0],
      [0, 1],
      [2, 3],
      [0, 0],
      [0, 2],
      [3, 4],
      [0, 0],
    ]);
    expect(ids.length).toBe(7);
  });

  test("what is no pair is refused", async () => {
    await expect(tokenizer.encodePairs([["a"]] as never)).rejects.toMatchObject({ code: "input_invalid" });
    await expect(tokenizer.encodePairs([["a", 1]] as never)).rejects.toMatchObject({ code: "input_invalid" });
  });
});

test("without special tokens", async () => {
  const options = { addSpecialTokens: false, maxLength: 2 };
  const [{ ids, fullLength } = fail()] = await tokenizer.encode(["a b c"], options);
  expect([[...ids], fullLength]).toEqual([[1037, 1038], 3]);
  const [pair = fail()] = await tokenizer.encodePairs([["a b c", "d"]], options);
  expect([[...pair.ids], [...pair.typeIds], pair.fullLength]).toEqual([[1037, 1040], [0, 1], 4]);
});

test("cut at the left, the end of a text stays, and its spans with it", async () => {
  const [{ ids, spans } = fail()] = await leftTokenizer.encode(["a b c"], { maxLength: 4, withSpans: true });
  expect([...ids]).toEqual([101, 1038, 1039, 102]);
  expect(spans).toEqual([
    [0, 0],
    [2, 3],
    [4, 5],
    [0, 0],
  ]);
});

test("the vocabulary reaches to the largest id", () => {
  expect(tokenizer.vocabularySize).toBe(30_522);
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

test("spans of a text that lower-casing makes longer stay inside it", async () => {
  const json = await readFile(join(tinyBertFolder, "tokenizer.json"), "utf8");
  const lowering = await Tokenizer.fromJson(json, { lowerCase: true });
  const source = "İİİ the İcat";
  const spans = await lowering.spans(source);
  expect(spans.map(([start, end]) => source.slice(start, end)).join("|")).toBe("İ|İ|İ|the|İ|c|at");
});

describe("failures", () => {
  test.each(["", "{}", "not json", '{"model":{"type":"None"}}'])("%j is no tokenizer", async (json) => {
    await expect(Tokenizer.fromJson(json)).rejects.toMatchObject({ code: "tokenizer_invalid" });
  });

  test("what is no text is refused", async () => {
    await expect(tokenizer.encode(["a", 7] as never)).rejects.toMatchObject({
      code: "input_invalid",
      details: { index: 1 },
    });
  });

  test("a limit that leaves no room for a token", async () => {
    await expect(tokenizer.encode(["a"], { maxLength: 2 })).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("an abort is noticed", async () => {
    const reason = new Error("enough");
    await expect(tokenizer.countTokens(["a"], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
