import { words, wordsAndEmoji } from "./unicode-words.ts";

export interface TokenizerOptions {
  /** @default true */
  readonly lowercase?: boolean;
  /** Whether emoji are tokens. @default true */
  readonly emoji?: boolean;
  /** ASCII words of two characters and more instead of Unicode's. @default false */
  readonly alphanum?: boolean;
  /** Tokens to leave out; `true` for the usual ones of English. @default false */
  readonly stopwords?: boolean | readonly string[];
  /** Cuts at white space only. @default false */
  readonly whitespace?: boolean;
  /** What a token is, as a regular expression. */
  readonly regexp?: string;
  /** Runs of so many characters of each word. */
  readonly ngrams?: number | NgramOptions;
}

interface NgramOptions {
  /** @default 3 */
  readonly ngrams?: number;
  readonly nmin?: number;
  readonly nmax?: number;
  readonly lpad?: string;
  readonly rpad?: string;
  /** Each one once. @default false */
  readonly unique?: boolean;
  /** Only the beginnings of words. @default false */
  readonly edge?: boolean;
}

export type Tokenize = (text: string) => string[];

/** The words that Lucene's English analyzer leaves out. */
const ENGLISH_STOP_WORDS = (
  "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was " +
  "will with"
).split(" ");

/** By default the words of UAX #29 in lower case: no stop words, no stemming. */
export function tokenizer(options: TokenizerOptions = {}): Tokenize {
  const { lowercase = true, stopwords = false } = options;
  const cut = cutter(options);
  const left = new Set(stopwords === true ? ENGLISH_STOP_WORDS : stopwords || []);
  return (text) => {
    const tokens = cut(lowercase ? text.toLowerCase() : text);
    return left.size === 0 ? tokens : tokens.filter((token) => !left.has(token));
  };
}

function cutter({ emoji = true, alphanum, whitespace, regexp, ngrams }: TokenizerOptions): Tokenize {
  if (alphanum) return alphanumeric;
  if (whitespace) return spaced;
  if (regexp !== undefined) return matches(new RegExp(regexp, "gu"));
  if (ngrams !== undefined) return ngramCutter(typeof ngrams === "number" ? { ngrams } : ngrams);
  return matches(emoji ? wordsAndEmoji : words);
}

/** Regular expressions remember each character of a word that they may have to go back to, and have not room for millions. */
const MAX_PIECE = 1_048_576;

function matches(pattern: RegExp): Tokenize {
  return (text) => {
    if (text.length <= MAX_PIECE) return text.match(pattern) ?? [];
    return [...pieces(text)].flatMap((piece) => piece.match(pattern) ?? []);
  };
}

/** Cut at spaces, as far as there are any. */
function* pieces(text: string): Iterable<string> {
  for (let start = 0, end; start < text.length; start = end) {
    const space = text.length - start > MAX_PIECE ? text.lastIndexOf(" ", start + MAX_PIECE) : -1;
    end = space > start ? space : start + MAX_PIECE;
    yield text.slice(start, end);
  }
}

function spaced(text: string): string[] {
  return text.split(/\s+/u).filter((token) => token !== "");
}

const ASCII_WORD = /^\d*[a-zA-Z][-.0-9:_a-zA-Z]+$/;
const PUNCTUATION_AROUND = /^[!-/:-@[-`{-~]+|[!-/:-@[-`{-~]+$/g;

function alphanumeric(text: string): string[] {
  const trimmed = spaced(text).map((token) => token.replace(PUNCTUATION_AROUND, ""));
  return trimmed.filter((token) => ASCII_WORD.test(token));
}

function ngramCutter({
  ngrams = 3,
  lpad = "",
  rpad = "",
  unique = false,
  edge = false,
  ...sizes
}: NgramOptions): Tokenize {
  const { nmin = ngrams, nmax = ngrams } = sizes;
  return (text) => {
    const found: string[] = [];
    for (const word of text.split(/[^\p{L}\p{M}\p{N}\p{Pc}]+/u)) {
      if (word === "") continue;
      const padded = Array.from(`${lpad}${word}${rpad}`);
      for (let size = nmin; size <= Math.min(nmax, padded.length); size++) {
        const last = edge ? 0 : padded.length - size;
        for (let at = 0; at <= last; at++) found.push(padded.slice(at, at + size).join(""));
      }
    }
    return unique ? [...new Set(found)] : found;
  };
}
