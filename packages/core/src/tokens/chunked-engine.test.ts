import * as fc from "fast-check";
import { Tokenizer as RustTokenizer } from "tokenizers";
import { describe, expect, test } from "vitest";

import { readTokenizerGolden, readTokenizerJson } from "../../../../testing/golden/tokenizers/tokenizers.ts";
import { openModel } from "../model-folder/sources.ts";
import { ChunkedEngine } from "./chunked-engine.ts";
import { findChunkRules } from "./chunk-rules.ts";
import { TokenizerJson } from "./tokenizer-schema.ts";
import type { ChunkRules } from "./chunk-rules.ts";
import { RustEngine } from "./rust-engine.ts";
import type { TextTokens, TokenizerEngine } from "./tokenizer-engine.ts";
import { Turn } from "./turn.ts";

const EVERY = process.env["GALEN_EVERY_CODE_POINT"] === "1";
const golden = await readTokenizerGolden();
const fixtures = Object.keys(golden.tokenizers).map((name) => [name, () => readTokenizerJson(name)] as const);
const minilm = ["all-MiniLM-L6-v2", async () => (await openModel()).tokenizerJson.text] as const;

describe.each([...fixtures, minilm])("%s: chunk by chunk as Rust has it at once", async (name, read) => {
  const json = await read();
  const rules = findChunkRules(TokenizerJson.parse(JSON.parse(json)));
  if (rules === undefined) throw new Error("there are no rules for this tokenizer");
  const rust = new RustEngine(loadRust(json));
  const chunked = new ChunkedEngine(rules, rust);

  test("random Unicode, grapheme soup, words, added tokens and white space", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(soup(json), { maxLength: 6 }), async (texts) => {
        expect(await everything(chunked, texts, rules)).toEqual(await everything(rust, texts, rules));
      }),
      { numRuns: 300 },
    );
  });

  test("the texts of the golden file, joined", async () => {
    const texts = [golden.texts.join(" ").repeat(9), golden.texts.join("").repeat(9), "漢。a.b,".repeat(5000)];
    expect(await everything(chunked, texts, rules)).toEqual(await everything(rust, texts, rules));
  });

  // Neighbours matter: marks that compose, prepended signs, joiners.
  test("code points beside letters and spaces", { timeout: EVERY ? 1_800_000 : 60_000 }, async () => {
    const text = codePoints({ sparsely: name !== "word-piece-uncased" }).map((codePoint) => {
      const character = String.fromCodePoint(codePoint);
      return `x${character} ${character}y${character}`;
    });
    for (let start = 0; start < text.length; start += 4000) {
      const part = text.slice(start, start + 4000).join(" ");
      const [[ours], [rusts]] = await Promise.all([tokenize(chunked, [part]), tokenize(rust, [part])]);
      expect(ours?.ids.length, `from ${start}`).toBe(rusts?.ids.length);
      expect(
        ours?.ids.every((id, token) => id === rusts?.ids[token]),
        `from ${start}`,
      ).toBe(true);
    }
  });
});

// All that is assigned, but only a sample of the large ranges whose characters are all alike, and of what is not
// assigned. Sparsely: beyond the first scripts, every nineteenth. (All 0x110000 by GALEN_EVERY_CODE_POINT=1, in minutes.)
function codePoints({ sparsely }: { sparsely: boolean }): number[] {
  return Array.from({ length: 0x11_0000 }, (_, codePoint) => codePoint).filter((codePoint) => {
    if (codePoint >= 0xd800 && codePoint < 0xe000) return false;
    if (EVERY) return true;
    if (isAlike(codePoint)) return codePoint % 61 === 0;
    return !sparsely || codePoint < 0x600 || codePoint % 19 === 0;
  });
}

// Han, Hangul syllables, private use, Tangut, everything beyond the planes in use.
function isAlike(codePoint: number): boolean {
  const ranges = [
    [0x3400, 0xa000],
    [0xac00, 0xd7a4],
    [0xe000, 0xf900],
    [0x1_3000, 0x1_4400],
    [0x1_6800, 0x1_8d00],
    [0x2_0000, 0xe_0000],
    [0xe_0200, 0x11_0000],
  ] as const;
  return ranges.some(([from, to]) => codePoint >= from && codePoint < to);
}

// What texts are made of where tokenizers go wrong.
function soup(json: string): fc.Arbitrary<string> {
  const { added_tokens: added } = JSON.parse(json) as { added_tokens: { content: string }[] };
  const contents = added.map(({ content }) => content);
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 5 }),
    fc.string({ unit: "grapheme", maxLength: 5 }),
    fc.string({ maxLength: 8 }),
    fc.lorem({ maxCount: 4 }),
    fc.constantFrom(...contents, ...contents.map((content) => content.toLowerCase())),
    fc.constantFrom(
      " ",
      "  ",
      "\t",
      "\n",
      "\r\n",
      "\u0085",
      "\u00a0",
      "\u200b",
      "\u200d",
      "\u3000",
      "\0",
      "\u000b",
      "\u001c",
    ),
    fc.constantFrom(
      "\u0301",
      "\u0327\u0301",
      "é",
      "ΑΣ",
      "İ",
      "ß",
      "𠀀",
      "漢字",
      "'s",
      "don't",
      ".,",
      "ﬁ",
      "\u0600",
      "\u0d4e",
      "``",
      "¨",
    ),
    fc.nat({ max: 140 }).map((length) => "x".repeat(length)),
  );
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("").toWellFormed());
}

function loadRust(json: string): RustTokenizer {
  const rust = RustTokenizer.fromString(json);
  rust.disablePadding();
  rust.disableTruncation();
  return rust;
}

function tokenize(engine: TokenizerEngine, texts: readonly string[], withSpans = false): Promise<TextTokens[]> {
  return engine.tokenize(texts, { withSpans, turn: new Turn(undefined) });
}

async function everything(engine: TokenizerEngine, texts: readonly string[], rules: ChunkRules): Promise<unknown> {
  const tokenized = await tokenize(engine, texts, rules.exactSpans);
  return tokenized.map(({ ids, spans }) => ({ ids: [...ids], spans }));
}
