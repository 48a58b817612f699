import { ModelError } from "../errors.ts";
import { countSpecialTokens, joinPieces, withoutSpecialTokens, withoutTokenTypes } from "./sequence-template.ts";
import type { SequenceTemplate, TemplatePiece } from "./sequence-template.ts";
import { textSlices } from "./text-slices.ts";
import type { TextTokens, TokenizerEngine, TokenSpan } from "./tokenizer-engine.ts";
import { readTokenizer } from "./tokenizer-json.ts";
import type { ParsedTokenizer, TokenizerParts } from "./tokenizer-json.ts";
import { keep, keptLengths } from "./truncation.ts";
import type { TruncationSide, TruncationStrategy } from "./truncation.ts";
import { Turn } from "./turn.ts";

// Texts that are prepared and completed together, which takes about a millisecond.
const SLICE_CHARACTERS = 200_000;
const SLICE_TEXTS = 256;

/** The tokens of one text. */
export interface TokenizedText {
  /** Token ids with the special tokens around them, never padded. */
  readonly ids: Int32Array;
  /** Tokens that the whole text would have; more than `ids.length` when it was truncated. */
  readonly fullLength: number;
  /** The segment of each token, as the tokenizer's template numbers them. */
  readonly typeIds: Int32Array;
  /** Where each token stands in its text, in UTF-16 units; present when asked for. */
  readonly spans?: readonly TokenSpan[];
}

/** The tokens of two texts as one input, as a cross-encoder takes them. */
export type TokenizedPair = TokenizedText;

export interface TokenizeOptions {
  /** Longest result, special tokens included; what does not fit is cut off the text, never off the special tokens. */
  readonly maxLength?: number | undefined;
  /** @default true */
  readonly addSpecialTokens?: boolean | undefined;
  /** Whether to say where each token stands. @default false */
  readonly withSpans?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TokenizePairsOptions extends TokenizeOptions {
  /** Which text is cut. @default "longest_first" */
  readonly truncation?: TruncationStrategy | undefined;
}

export interface TokenizerOptions {
  /** @default the id of [PAD] or <pad> */
  readonly padTokenId?: number | undefined;
  /** Whether texts are lower-cased before all other normalizing (`do_lower_case` of old sentence-transformers models). */
  readonly lowerCase?: boolean | undefined;
  /** Whether tokens have the types of their template; without them every type is 0. @default true */
  readonly tokenTypes?: boolean | undefined;
  /** The end at which texts are cut. @default "right" */
  readonly truncationSide?: TruncationSide | undefined;
  /** The end at which shorter rows of a batch are filled up. @default "right" */
  readonly paddingSide?: TruncationSide | undefined;
}

/**
 * The tokenizer of a model: text → token ids, equal to those of the Rust library that trained and published it.
 *
 * Truncation and templates are done here and not in Rust: there truncation is a state of the tokenizer, which
 * concurrent calls with different limits would share.
 */
export class Tokenizer {
  readonly #engine: TokenizerEngine;
  readonly #template: SequenceTemplate;
  readonly #decode: (ids: readonly number[]) => Promise<string>;

  /** The id that fills up shorter rows of a batch. */
  readonly padTokenId: number;
  /** Largest token id + 1, added tokens included: the rows that a table of word embeddings needs. */
  readonly vocabularySize: number;
  readonly truncationSide: TruncationSide;
  readonly paddingSide: TruncationSide;

  /**
   * @param json the text of a tokenizer.json, parsed or not; the padding and truncation that it asks for are ignored.
   * @throws {ModelError} `tokenizer_invalid`
   */
  static async fromJson(json: string | ParsedTokenizer, options: TokenizerOptions = {}): Promise<Tokenizer> {
    return new Tokenizer(await readTokenizer(json, { lowerCase: options.lowerCase ?? false }), options);
  }

  private constructor(
    { engine, template, decode, vocabularySize, padTokenId }: TokenizerParts,
    options: TokenizerOptions,
  ) {
    this.#engine = engine;
    const { single, pair } = template;
    this.#template =
      options.tokenTypes === false ? { single: withoutTokenTypes(single), pair: withoutTokenTypes(pair) } : template;
    this.#decode = decode;
    this.vocabularySize = vocabularySize;
    this.padTokenId = options.padTokenId ?? padTokenId ?? 0;
    this.truncationSide = options.truncationSide ?? "right";
    this.paddingSide = options.paddingSide ?? "right";
  }

  /** How many special tokens stand around every text. */
  get specialTokens(): number {
    return countSpecialTokens(this.#template.single);
  }

  /** How many special tokens stand around and between the texts of every pair. */
  get specialTokensInPair(): number {
    return countSpecialTokens(this.#template.pair);
  }

  /** Tokenizes texts, in order. @throws {ModelError} `input_invalid`; an abort throws the signal's reason. */
  async encode(texts: readonly string[], options: TokenizeOptions = {}): Promise<TokenizedText[]> {
    const { pieces, budget } = planTokens(this.#template.single, options);
    return this.#tokenize(texts, options, (tokens) => {
      const kept = keepTokens(tokens, Math.min(tokens.ids.length, budget), this.truncationSide);
      const fullLength = tokens.ids.length + countSpecialTokens(pieces);
      return { ...joinPieces(pieces, [kept]), fullLength };
    });
  }

  /**
   * Tokenizes pairs of texts, each as one input, in order.
   * @throws {ModelError} `input_invalid`, also when the text that `truncation` names is too short to make the other
   * one fit; an abort throws the signal's reason.
   */
  async encodePairs(
    pairs: readonly (readonly [string, string])[],
    options: TokenizePairsOptions = {},
  ): Promise<TokenizedPair[]> {
    const { pieces, budget } = planTokens(this.#template.pair, options);
    checkPairs(pairs);
    const tokenized = await this.#tokenize(pairs.flat(), options, (tokens) => tokens);
    return pairs.map((_, index) => {
      const [first = noTokens, second = noTokens] = tokenized.slice(2 * index, 2 * index + 2);
      const lengths = [first.ids.length, second.ids.length] as const;
      const [kept, keptOfSecond] = keptLengths(lengths, { budget, strategy: options.truncation });
      const sequences = [
        keepTokens(first, kept, this.truncationSide),
        keepTokens(second, keptOfSecond, this.truncationSide),
      ];
      const fullLength = lengths[0] + lengths[1] + countSpecialTokens(pieces);
      return { ...joinPieces(pieces, sequences), fullLength };
    });
  }

  /** Counts the tokens of each text without special tokens and without truncation. */
  async countTokens(
    texts: readonly string[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[]> {
    return this.#tokenize(texts, { signal }, ({ ids }) => ids.length);
  }

  /** Where the tokens of a text stand in it, in UTF-16 units, without special tokens and without truncation. */
  async spans(text: string): Promise<readonly TokenSpan[]> {
    const [spans = []] = await this.#tokenize([text], { withSpans: true }, (tokens) => tokens.spans);
    return spans;
  }

  /** The text that token ids stand for, as far as the tokenizer can give it back. */
  async decode(ids: Int32Array): Promise<string> {
    return this.#decode([...ids]);
  }

  async #tokenize<Result>(
    texts: readonly string[],
    { withSpans, signal }: TokenizeOptions,
    read: (tokens: TextTokens) => Result,
  ): Promise<Result[]> {
    checkTexts(texts);
    const turn = new Turn(signal);
    const results: Result[] = [];
    for (const slice of textSlices(texts, { characters: SLICE_CHARACTERS, count: SLICE_TEXTS })) {
      if (turn.isOver()) await turn.next();
      // Half of a surrogate pair alone is no character. It counts as U+FFFD, which is as long, so that spans stay right.
      const wellFormed = slice.map((text) => text.toWellFormed());
      for (const tokens of await this.#engine.tokenize(wellFormed, { withSpans, turn, signal })) {
        results.push(read(tokens));
      }
    }
    signal?.throwIfAborted();
    return results;
  }
}

// The pieces of an input, and how many tokens of text have room in it.
function planTokens(
  template: readonly TemplatePiece[],
  { maxLength = Infinity, addSpecialTokens = true }: TokenizeOptions,
): { pieces: readonly TemplatePiece[]; budget: number } {
  const pieces = addSpecialTokens ? template : withoutSpecialTokens(template);
  const specialTokens = countSpecialTokens(pieces);
  if (maxLength > specialTokens) return { pieces, budget: Math.floor(maxLength) - specialTokens };
  throw new ModelError(
    "input_invalid",
    `A limit of ${maxLength} tokens leaves no room beside ${specialTokens} special tokens.`,
  );
}

const noTokens: TextTokens = { ids: new Int32Array() };

function checkTexts(texts: readonly unknown[]): void {
  const index = texts.findIndex((text) => typeof text !== "string");
  if (index === -1) return;
  throw new ModelError("input_invalid", `Text ${index} is of type ${typeof texts[index]}, not a string.`, {
    details: { index },
  });
}

function checkPairs(pairs: readonly unknown[]): void {
  const index = pairs.findIndex((pair) => !Array.isArray(pair) || pair.length !== 2);
  if (index === -1) return;
  throw new ModelError("input_invalid", `Pair ${index} is not a pair of two texts.`, { details: { index } });
}

function keepTokens(tokens: TextTokens, length: number, side: TruncationSide): TextTokens {
  if (length === tokens.ids.length) return tokens;
  const ids = keep(tokens.ids, length, side);
  return tokens.spans === undefined ? { ids } : { ids, spans: keep(tokens.spans, length, side) };
}
