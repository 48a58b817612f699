import { Tokenizer as RustTokenizer } from "tokenizers";
import type { Encoding } from "tokenizers";

import { ModelError } from "../errors.ts";
import { utf16Offsets } from "./utf16-offsets.ts";

/** The tokens of one text. */
export interface TokenizedText {
  /** Token ids with the special tokens around them, never padded. */
  readonly ids: Int32Array;
  /** Tokens that the whole text would have; more than `ids.length` when it was truncated. */
  readonly fullLength: number;
}

/** A token's place in its text: `text.slice(start, end)`. Special tokens stand nowhere: [0, 0]. */
export type TokenSpan = readonly [start: number, end: number];

export interface TokenizeOptions {
  /** Longest result, special tokens included; what follows is cut off before the final special token. */
  readonly maxLength?: number;
  readonly signal?: AbortSignal | undefined;
}

// One call into Rust returns to JavaScript with at most about this many characters of text tokenized (some tens of
// milliseconds), so that an abort is noticed and copying the ids out never holds the event loop for long.
const SLICE_CHARACTERS = 200_000;
const SLICE_TEXTS = 512;

/**
 * The tokenizer of a model, by the Rust library that trained and published it.
 *
 * Truncation is done here and not in Rust: there it is a state of the tokenizer, which concurrent calls with
 * different limits would share.
 */
export class Tokenizer {
  readonly #rust: RustTokenizer;
  readonly #lowerCase: boolean;
  readonly #leading: number;
  readonly #trailing: number;

  /** The id that fills up shorter rows of a batch. */
  readonly padTokenId: number;

  /**
   * @param json the text of a tokenizer.json; the padding and truncation that it asks for are ignored.
   * @throws {ModelError} `tokenizer_invalid`
   */
  static async fromJson(json: string, { padTokenId, lowerCase = false }: TokenizerOptions = {}): Promise<Tokenizer> {
    const rust = parseTokenizer(json);
    rust.disablePadding();
    rust.disableTruncation();
    const probe = (await rust.encode("a")).getSpecialTokensMask();
    return new Tokenizer(rust, {
      leading: probe.indexOf(0),
      trailing: probe.length - 1 - probe.lastIndexOf(0),
      padTokenId: padTokenId ?? rust.tokenToId("[PAD]") ?? rust.tokenToId("<pad>") ?? 0,
      lowerCase,
    });
  }

  private constructor(
    rust: RustTokenizer,
    facts: { leading: number; trailing: number; padTokenId: number; lowerCase: boolean },
  ) {
    this.#rust = rust;
    this.#lowerCase = facts.lowerCase;
    this.#leading = facts.leading;
    this.#trailing = facts.trailing;
    this.padTokenId = facts.padTokenId;
  }

  /** How many special tokens stand around every text. */
  get specialTokens(): number {
    return this.#leading + this.#trailing;
  }

  /** Tokenizes texts, in order. */
  async encode(
    texts: readonly string[],
    { maxLength = Infinity, signal }: TokenizeOptions = {},
  ): Promise<TokenizedText[]> {
    if (maxLength <= this.specialTokens) {
      throw new ModelError(
        "input_invalid",
        `A limit of ${maxLength} tokens leaves no room beside ${this.specialTokens} special tokens.`,
      );
    }
    return this.#map(texts, { addSpecialTokens: true, signal }, (encoding) => {
      const ids = Int32Array.from(encoding.getIds());
      return { ids: this.#truncate(ids, maxLength), fullLength: ids.length };
    });
  }

  /** Counts the tokens of each text without special tokens and without truncation. */
  async countTokens(
    texts: readonly string[],
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[]> {
    return this.#map(texts, { addSpecialTokens: false, signal }, (encoding) => encoding.getLength());
  }

  /** Where the tokens of a text stand in it, without special tokens and without truncation. */
  async spans(text: string): Promise<TokenSpan[]> {
    const encoding = await this.#rust.encode(this.#prepare(text), null, { addSpecialTokens: false });
    return utf16Offsets(text, encoding.getOffsets());
  }

  /** The text that token ids stand for, as far as the tokenizer can give it back. */
  async decode(ids: Int32Array): Promise<string> {
    return this.#rust.decode([...ids], true);
  }

  async #map<Result>(
    texts: readonly string[],
    { addSpecialTokens, signal }: { addSpecialTokens: boolean; signal: AbortSignal | undefined },
    read: (encoding: Encoding) => Result,
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (const slice of slices(texts)) {
      signal?.throwIfAborted();
      const prepared = slice.map((text) => this.#prepare(text));
      for (const encoding of await this.#rust.encodeBatch(prepared, { addSpecialTokens })) results.push(read(encoding));
    }
    signal?.throwIfAborted();
    return results;
  }

  #prepare(text: string): string {
    return this.#lowerCase ? text.toLowerCase() : text;
  }

  #truncate(ids: Int32Array, maxLength: number): Int32Array {
    if (ids.length <= maxLength) return ids;
    const kept = new Int32Array(maxLength);
    kept.set(ids.subarray(0, maxLength - this.#trailing));
    kept.set(ids.subarray(ids.length - this.#trailing), maxLength - this.#trailing);
    return kept;
  }
}

export interface TokenizerOptions {
  readonly padTokenId?: number | undefined;
  /** Whether texts are lower-cased before the tokenizer sees them (`do_lower_case` of old sentence-transformers models). */
  readonly lowerCase?: boolean;
}

function parseTokenizer(json: string): RustTokenizer {
  try {
    return RustTokenizer.fromString(json);
  } catch (cause) {
    throw new ModelError("tokenizer_invalid", "The model's tokenizer.json does not describe a tokenizer.", {
      cause,
      hint: "Fetch tokenizer.json again, or save it with a current version of transformers.",
    });
  }
}

function* slices(texts: readonly string[]): Generator<readonly string[]> {
  let start = 0;
  let characters = 0;
  for (const [index, text] of texts.entries()) {
    const full = characters + text.length > SLICE_CHARACTERS || index - start === SLICE_TEXTS;
    if (full && index > start) {
      yield texts.slice(start, index);
      start = index;
      characters = 0;
    }
    characters += text.length;
  }
  if (start < texts.length) yield texts.slice(start);
}
