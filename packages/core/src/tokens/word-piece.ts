/**
 * The tokens of a piece of text: for each its id, and where it starts and ends in it, in UTF-16 units. One flat list,
 * because very many are kept.
 */
export type ChunkTokens = readonly number[];

export interface WordPieceOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownId: number;
  readonly continuingPrefix: string;
  readonly maxWordLength: number;
  readonly lowerCase: boolean;
}

/**
 * BERT's tokenizer for printable ASCII without spaces, where no Unicode table can differ: lower-case, cut at
 * punctuation, then the longest piece of the vocabulary from the left, word by word.
 */
export class AsciiWordPiece {
  readonly #options: WordPieceOptions;
  readonly #longestPiece: number;

  constructor(options: WordPieceOptions) {
    this.#options = options;
    let longest = 0;
    for (const { length } of options.vocabulary.keys()) longest = Math.max(longest, length);
    this.#longestPiece = longest;
  }

  tokenize(chunk: string): ChunkTokens {
    const text = this.#options.lowerCase ? chunk.toLowerCase() : chunk;
    const tokens: number[] = [];
    let start = 0;
    for (let position = 0; position < text.length; position += 1) {
      if (!isPunctuation(text.charCodeAt(position))) continue;
      this.#addWord(tokens, text, start, position);
      this.#addWord(tokens, text, position, position + 1);
      start = position + 1;
    }
    this.#addWord(tokens, text, start, text.length);
    return tokens;
  }

  #addWord(tokens: number[], text: string, start: number, end: number): void {
    if (start === end) return;
    const pieces = end - start > this.#options.maxWordLength ? undefined : this.#pieces(text.slice(start, end));
    for (const { id, from, to } of pieces ?? [{ id: this.#options.unknownId, from: 0, to: end - start }]) {
      tokens.push(id, start + from, start + to);
    }
  }

  // A word that its pieces do not cover is unknown as a whole.
  #pieces(word: string): Piece[] | undefined {
    const pieces: Piece[] = [];
    for (let from = 0; from < word.length;) {
      const piece = this.#longestFrom(word, from);
      if (piece === undefined) return undefined;
      pieces.push(piece);
      from = piece.to;
    }
    return pieces;
  }

  #longestFrom(word: string, from: number): Piece | undefined {
    const { vocabulary, continuingPrefix } = this.#options;
    for (let to = Math.min(word.length, from + this.#longestPiece); to > from; to -= 1) {
      const piece = from === 0 ? word.slice(from, to) : continuingPrefix + word.slice(from, to);
      const id = vocabulary.get(piece);
      if (id !== undefined) return { id, from, to };
    }
    return undefined;
  }
}

interface Piece {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** char::is_ascii_punctuation of Rust: every printable ASCII character that is no letter, digit or space. */
export function isPunctuation(code: number): boolean {
  return (
    (code >= 0x21 && code <= 0x2f) ||
    (code >= 0x3a && code <= 0x40) ||
    (code >= 0x5b && code <= 0x60) ||
    (code >= 0x7b && code <= 0x7e)
  );
}
