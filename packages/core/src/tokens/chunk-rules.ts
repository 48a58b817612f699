import { z } from "zod";

import type { PieceIds, TokenizerJson } from "./tokenizer-schema.ts";
import { AsciiWordPiece, isPunctuation } from "./word-piece.ts";
import type { ChunkTokens } from "./word-piece.ts";

/**
 * Where a text can be cut so that its tokens are those of its chunks, one after the other.
 *
 * This is what makes a cache of chunks exact whatever the Unicode tables behind it say: a chunk is tokenized by the
 * library itself, or by code that only ever sees printable ASCII.
 */
export interface ChunkRules {
  /** The first place from `position` on, and before `limit`, where a chunk starts; what lies between holds no token. */
  startAt(text: string, position: number, limit: number): number;
  /** The end of the chunk that starts at `start`. */
  endOf(text: string, start: number): number;
  /** The tokens of a chunk, when they can be told without the library. */
  tokenize?(chunk: string): ChunkTokens | undefined;
  /** Whether the spans of a text's tokens are those of its chunks, too. */
  readonly exactSpans: boolean;
}

/** Finds the rules for a tokenizer; `undefined` when some part of it may look beyond every cut. */
export function findChunkRules(tokenizerJson: TokenizerJson): ChunkRules | undefined {
  const added = AddedTokens.safeParse(tokenizerJson);
  if (!added.success) return undefined;
  return bertRules(tokenizerJson, added.data.added_tokens) ?? spaceRules(tokenizerJson, added.data.added_tokens);
}

const AddedTokens = z.object({
  added_tokens: z
    .array(
      z.object({
        // A token that holds a separator could match across a cut.
        content: z.string().refine((content) => !/[ \t\n\r]/u.test(content)),
        normalized: z.boolean(),
        lstrip: z.boolean(),
        rstrip: z.boolean(),
      }),
    )
    .default([])
    // What a normalizer makes of anything else is its secret.
    .refine((tokens) => tokens.every(({ normalized, content }) => !normalized || isPrintableAscii(content))),
});
type AddedToken = z.infer<typeof AddedTokens>["added_tokens"][number];

const BertNormalizer = z.object({
  type: z.literal("BertNormalizer"),
  lowercase: z.boolean(),
  handle_chinese_chars: z.boolean(),
});

const Bert = z.object({
  normalizer: z.union([
    BertNormalizer,
    z
      .object({
        type: z.literal("Sequence"),
        normalizers: z.tuple([z.object({ type: z.literal("Lowercase") }), BertNormalizer]),
      })
      .transform(({ normalizers: [, normalizer] }) => ({ ...normalizer, lowercase: true })),
  ]),
  pre_tokenizer: z.object({ type: z.literal("BertPreTokenizer") }),
  model: z.object({
    type: z.literal("WordPiece").optional(),
    vocab: z.instanceof(Map<string, number>),
    unk_token: z.string(),
    continuing_subword_prefix: z.string(),
    max_input_chars_per_word: z.int(),
  }),
});

// BERT cuts at white space before it looks at anything else, and drops it. Characters are normalized one by one, a
// space composes with nothing, and an added token that swallows the space beside it swallows no other token.
function bertRules(json: TokenizerJson, added: readonly AddedToken[]): ChunkRules | undefined {
  const parsed = Bert.safeParse(json);
  if (!parsed.success) return undefined;
  const { normalizer, model } = parsed.data;
  const vocabulary: PieceIds = model.vocab;
  const unknownId = vocabulary.get(model.unk_token);
  const wordPiece =
    unknownId === undefined
      ? undefined
      : new AsciiWordPiece({
          vocabulary,
          unknownId,
          continuingPrefix: model.continuing_subword_prefix,
          maxWordLength: model.max_input_chars_per_word,
          lowerCase: normalizer.lowercase,
        });
  const canStopAt = stopsOfLongRuns(added, { han: normalizer.handle_chinese_chars });
  return {
    startAt: skipSeparators,
    endOf: (text, start) => endOfRun(text, start, canStopAt),
    tokenize: (chunk) => (isPrintableAscii(chunk) && !holdsAny(chunk, added) ? wordPiece?.tokenize(chunk) : undefined),
    exactSpans: added.every(({ lstrip, rstrip }) => !lstrip && !rstrip),
  };
}

const isSeparator = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function skipSeparators(text: string, position: number, limit: number): number {
  let start = position;
  while (start < limit && isSeparator(text.charCodeAt(start))) start += 1;
  return start;
}

// Where spaces are rare (a table in one line, Chinese), a chunk ends behind a character that is a token of its own.
const LONG_RUN = 256;

function endOfRun(text: string, start: number, canStopAt: (code: number) => boolean): number {
  const short = Math.min(text.length, start + LONG_RUN);
  for (let end = start; end < short; end += 1) if (isSeparator(text.charCodeAt(end))) return end;
  for (let end = short; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (isSeparator(code)) return end;
    if (canStopAt(code)) return end + 1;
  }
  return text.length;
}

// Punctuation and, if the normalizer puts spaces around it, Han: unless an added token may reach over it.
function stopsOfLongRuns(added: readonly AddedToken[], { han }: { han: boolean }): (code: number) => boolean {
  const held = new Set(added.flatMap(({ content }) => content.split("").map((unit) => unit.charCodeAt(0))));
  const hanStops = han && added.every(({ content }) => isPrintableAscii(content));
  return (code) => (isPunctuation(code) && !held.has(code)) || (hanStops && code >= 0x4e00 && code <= 0x9fff);
}

const ByteLevel = z.object({
  normalizer: z.union([z.null(), z.undefined(), z.object({ type: z.enum(["NFC", "NFD", "NFKC", "NFKD"]) })]),
  pre_tokenizer: z.object({ type: z.literal("ByteLevel"), use_regex: z.literal(true).default(true) }),
  model: z.object({ type: z.literal("BPE"), dropout: z.union([z.null(), z.undefined()]) }),
});

const Metaspace = z.object({
  type: z.literal("Metaspace"),
  prepend_scheme: z.literal("always"),
  split: z.literal(true).default(true),
});

const LocalNormalizer = z.union([
  z.object({ type: z.enum(["Precompiled", "Nmt", "NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Lowercase"]) }),
  z.object({ type: z.literal("Replace"), pattern: z.object({ String: z.string().regex(/^\S+$/u) }) }),
  z.object({ type: z.literal("Replace"), pattern: z.object({ Regex: z.literal(" {2,}") }) }),
]);

const SentencePiece = z.object({
  normalizer: z.union([
    z.null(),
    z.undefined(),
    LocalNormalizer,
    z.object({ type: z.literal("Sequence"), normalizers: z.array(LocalNormalizer) }),
  ]),
  pre_tokenizer: z.union([
    Metaspace,
    z.object({
      type: z.literal("Sequence"),
      pretokenizers: z.tuple([z.object({ type: z.literal("WhitespaceSplit") }), Metaspace]),
    }),
  ]),
  model: z.object({ type: z.literal("Unigram") }),
});

// GPT-2's pattern and SentencePiece's "▁" make a space the beginning of what follows it, and let nothing reach from a
// character over the space behind it. A chunk therefore holds its leading spaces, all of them.
function spaceRules(json: TokenizerJson, added: readonly AddedToken[]): ChunkRules | undefined {
  // A token that swallows the spaces behind it would swallow the beginning of the next chunk.
  if (added.some(({ rstrip }) => rstrip)) return undefined;
  if (!ByteLevel.safeParse(json).success && !SentencePiece.safeParse(json).success) return undefined;
  return { startAt: (_, position) => position, endOf: nextWordEnd, exactSpans: false };
}

function nextWordEnd(text: string, start: number): number {
  for (let end = start + 1; end < text.length; end += 1) {
    if (text.charCodeAt(end) === 0x20 && endsWord(text.charCodeAt(end - 1))) return end;
  }
  return text.length;
}

// What surely is no white space, neither before nor after any normalization, and joins no grapheme with a space behind
// it: printable ASCII, and the letters of Latin, Greek, Cyrillic, kana, Han and Hangul syllables. A cut less costs time only.
function endsWord(code: number): boolean {
  if (code < 0x7f) return code > 0x20;
  return (
    (code >= 0xc0 && code <= 0x24f) ||
    (code >= 0x391 && code <= 0x481) ||
    (code >= 0x48a && code <= 0x52f) ||
    (code >= 0x3041 && code <= 0x3096) ||
    (code >= 0x30a1 && code <= 0x30fa) ||
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7a3)
  );
}

function isPrintableAscii(text: string): boolean {
  return /^[!-~]*$/u.test(text);
}

// Added tokens are matched before and after the text is normalized, which in ASCII only means lower-cased.
function holdsAny(chunk: string, added: readonly AddedToken[]): boolean {
  const text = chunk.toLowerCase();
  return added.some(({ content }) => content !== "" && text.includes(content.toLowerCase()));
}
