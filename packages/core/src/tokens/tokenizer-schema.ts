import { z } from "zod";

import { findUnsafeCharsmap } from "./precompiled-charsmap.ts";
import { findUnsafePattern } from "./pattern-safety.ts";

// What a tokenizer.json may hold. The library would read more, but a panic in it ends the whole process: what could lead
// to one is refused here, and so is what this version of it does not know.

// Ids are int32 for the model.
const Id = z.int().min(0).max(0x7fff_ffff);
// Trying every piece of a word takes the square of its length; every published file says 100.
const MAX_WORD_CHARACTERS = 1000;
// Hundreds are usual, thousands exist; they are searched for in every text.
const MAX_ADDED_TOKENS = 100_000;

const OneCharacter = z.string().refine((text) => Array.from(text).length === 1, "must be one character");

const Pattern = z
  .object({ String: z.string().optional(), Regex: refused(z.string(), findUnsafePattern).optional() })
  .refine((pattern) => (pattern.String === undefined) !== (pattern.Regex === undefined), "must be a String or a Regex");

const flag = z.boolean().optional();

const Replace = z.object({
  type: z.literal("Replace"),
  pattern: Pattern.refine(matchesSomething, "may match nothing, which cannot be replaced"),
  content: z.string(),
});

const Metaspace = z.object({
  type: z.literal("Metaspace"),
  replacement: OneCharacter,
  prepend_scheme: z.enum(["always", "never", "first"]).optional(),
  add_prefix_space: flag,
  split: flag,
});

const ByteLevel = z.object({
  type: z.literal("ByteLevel"),
  add_prefix_space: flag,
  trim_offsets: flag,
  use_regex: flag,
});

const named = <Name extends string>(name: Name): z.ZodObject<{ type: z.ZodLiteral<Name> }> =>
  z.object({ type: z.literal(name) });

const Normalizer = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("BertNormalizer"),
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    strip_accents: z.boolean().nullable().optional(),
    lowercase: z.boolean(),
  }),
  z.object({ type: z.literal("Strip"), strip_left: z.boolean(), strip_right: z.boolean() }),
  z.object({ type: z.literal("Precompiled"), precompiled_charsmap: refused(z.string(), findUnsafeCharsmap) }),
  z.object({ type: z.literal("Prepend"), prepend: z.string().min(1) }),
  Replace,
  named("ByteLevel"),
  named("StripAccents"),
  named("NFC"),
  named("NFD"),
  named("NFKC"),
  named("NFKD"),
  named("Lowercase"),
  named("Nmt"),
]);

const Behavior = z.enum(["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]);

const PreTokenizer = z.discriminatedUnion("type", [
  z.object({ type: z.literal("Split"), pattern: Pattern, behavior: Behavior, invert: z.boolean() }),
  z.object({ type: z.literal("Punctuation"), behavior: Behavior.optional() }),
  z.object({ type: z.literal("Digits"), individual_digits: z.boolean() }),
  z.object({ type: z.literal("CharDelimiterSplit"), delimiter: OneCharacter }),
  Metaspace,
  ByteLevel,
  named("BertPreTokenizer"),
  named("Whitespace"),
  named("WhitespaceSplit"),
  named("UnicodeScripts"),
]);

const Decoder = z.discriminatedUnion("type", [
  z.object({ type: z.literal("BPEDecoder"), suffix: z.string() }),
  z.object({ type: z.literal("WordPiece"), prefix: z.string(), cleanup: z.boolean() }),
  z.object({ type: z.literal("CTC"), pad_token: z.string(), word_delimiter_token: z.string(), cleanup: z.boolean() }),
  z.object({ type: z.literal("Strip"), content: OneCharacter, start: Id, stop: Id }),
  Replace,
  Metaspace,
  ByteLevel,
  named("Fuse"),
  named("ByteFallback"),
]);

/** The ids of a vocabulary by their pieces. */
export type PieceIds = ReadonlyMap<string, number>;
const IdByPiece = z.unknown().transform((vocab, context): PieceIds => {
  const ids = readPieceIds(vocab);
  if (ids !== undefined) return ids;
  context.addIssue("must map pieces to ids from 0 to 2147483647");
  return z.NEVER;
});
const ScoredPieces = z.custom<[string, number][]>(areScoredPieces, "must be a list of pieces, not empty, with scores");
type Merge = string | readonly [string, string];
const Merges = z.custom<Merge[]>(areMerges, "must be a list of pairs of pieces");

const Model = z
  .preprocess(
    withType,
    z.discriminatedUnion("type", [
      z.object({
        type: z.literal("WordPiece"),
        vocab: IdByPiece,
        unk_token: z.string(),
        continuing_subword_prefix: z.string(),
        max_input_chars_per_word: z.int().min(0).max(MAX_WORD_CHARACTERS),
      }),
      z.object({
        type: z.literal("BPE"),
        vocab: IdByPiece,
        merges: Merges,
        dropout: z.number().min(0).max(1).nullish(),
        unk_token: z.string().nullish(),
        // The library cuts it off every merge's second piece without a look. No file of an encoder has one.
        continuing_subword_prefix: z.literal("", "is not supported for BPE").nullish(),
        end_of_word_suffix: z.string().nullish(),
        fuse_unk: flag,
        byte_fallback: flag,
        ignore_merges: flag,
      }),
      z.object({
        type: z.literal("Unigram"),
        vocab: ScoredPieces,
        unk_id: Id.nullish(),
        byte_fallback: flag,
      }),
      z.object({ type: z.literal("WordLevel"), vocab: IdByPiece, unk_token: z.string() }),
    ]),
  )
  .superRefine((model, context) => {
    if (model.type === "BPE" && !hasMergedPieces(model))
      context.addIssue("merges name pieces that are not in the vocabulary");
    if (model.type === "Unigram" && (model.unk_id ?? 0) >= model.vocab.length) context.addIssue("unk_id is no piece");
    if (model.type === "WordPiece" && !model.vocab.has(model.unk_token)) {
      context.addIssue(`unk_token ${JSON.stringify(model.unk_token)} is not in the vocabulary`);
    }
  });

const AddedToken = z.object({
  id: Id,
  content: z.string(),
  single_word: z.boolean(),
  lstrip: z.boolean(),
  rstrip: z.boolean(),
  normalized: z.boolean(),
  special: z.boolean(),
});

/** A tokenizer.json that the library can be trusted with; `post_processor` is read by `sequence-template.ts`. */
export const TokenizerJson = z.looseObject({
  version: z.literal("1.0").optional(),
  added_tokens: z.array(AddedToken).max(MAX_ADDED_TOKENS).default([]),
  normalizer: orSequence(Normalizer, "normalizers"),
  pre_tokenizer: orSequence(PreTokenizer, "pretokenizers"),
  decoder: orSequence(Decoder, "decoders"),
  model: Model,
  post_processor: z.unknown(),
});
export type TokenizerJson = z.infer<typeof TokenizerJson>;

// Every part of the pattern stands for at least one character.
function matchesSomething({ String: text, Regex: pattern = "" }: z.infer<typeof Pattern>): boolean {
  if (text !== undefined) return text !== "";
  return pattern !== "" && !/[*?^$|]|\{0|\{,|\\[bBAzZGK]|\(\?/u.test(pattern);
}

// One part, a sequence of them, or none.
function orSequence(part: z.ZodType, key: string): z.ZodType {
  const sequence = z.object({ type: z.literal("Sequence"), [key]: z.array(part) });
  return z.unknown().superRefine((value, context) => {
    if (value === null || value === undefined) return;
    const isSequence = typeof value === "object" && "type" in value && value.type === "Sequence";
    const parsed = (isSequence ? sequence : part).safeParse(value);
    for (const { message, path } of parsed.error?.issues ?? []) context.addIssue({ code: "custom", message, path });
  });
}

// Old files leave the model's type out; the library then goes by what else there is.
function withType(model: unknown): unknown {
  if (typeof model !== "object" || model === null || "type" in model) return model;
  if ("merges" in model) return { ...model, type: "BPE" };
  if ("continuing_subword_prefix" in model) return { ...model, type: "WordPiece" };
  return { ...model, type: "vocab" in model && Array.isArray(model.vocab) ? "Unigram" : "WordLevel" };
}

// Plain loops: vocabularies have up to 256,000 pieces, and going through an object of so many keys is what costs.
function readPieceIds(vocab: unknown): PieceIds | undefined {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab)) return undefined;
  const ids = new Map<string, number>();
  for (const piece of Object.keys(vocab)) {
    const id = (vocab as Readonly<Record<string, unknown>>)[piece];
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id > 0x7fff_ffff) return undefined;
    ids.set(piece, id);
  }
  return ids;
}

function areScoredPieces(vocab: unknown): boolean {
  return Array.isArray(vocab) && vocab.length > 0 && vocab.every(isScoredPiece);
}

function isScoredPiece(entry: unknown): boolean {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [piece, score] = entry as [unknown, unknown];
  return typeof piece === "string" && Number.isFinite(score);
}

function areMerges(merges: unknown): boolean {
  return Array.isArray(merges) && merges.every(isMerge);
}

function hasMergedPieces({ vocab, merges }: { vocab: PieceIds; merges: Merge[] }): boolean {
  return merges.every((merge) => {
    const [first = "", second = ""] = typeof merge === "string" ? merge.split(" ") : merge;
    return vocab.has(first) && vocab.has(second) && vocab.has(first + second);
  });
}

function isMerge(merge: unknown): boolean {
  if (typeof merge === "string") return merge.split(" ").length === 2;
  return Array.isArray(merge) && merge.length === 2 && merge.every((piece) => typeof piece === "string");
}

function refused(schema: z.ZodString, find: (text: string) => string | undefined): z.ZodType<string> {
  return schema.superRefine((text, context) => {
    const problem = find(text);
    if (problem !== undefined) context.addIssue(problem);
  });
}
