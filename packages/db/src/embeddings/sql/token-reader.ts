import { queryError } from "./query-error.ts";
import type { Token } from "./tokens.ts";

/** Deeper expressions are no questions, and recursion over them could overflow the stack. */
const MAX_DEPTH = 100;

/** Words that are never names; a field that is called so is written in brackets. */
const RESERVED = new Set(
  (
    "select from where group having order limit offset by and or not in like between is null as distinct asc desc escape " +
    "union intersect except join on case when then else end exists"
  ).split(" "),
);

/** The tokens of a statement, from the first to the last. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#end = tokens.at(-1) ?? { type: "end", text: "", value: "", at: 0 };
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  get afterNext(): Token {
    return this.#tokens[this.#at + 1] ?? this.#end;
  }

  take(): Token {
    const token = this.next;
    this.#at++;
    return token;
  }

  isWord(word: string, token = this.next): boolean {
    return token.type === "word" && token.value === word;
  }

  isSymbol(symbol: string, token = this.next): boolean {
    return token.type === "symbol" && token.text === symbol;
  }

  /** A word that may name something. */
  isName(token = this.next): boolean {
    return token.type === "word" && !RESERVED.has(token.value);
  }

  takeWord(word: string): boolean {
    const isNext = this.isWord(word);
    if (isNext) this.#at++;
    return isNext;
  }

  takeSymbol(symbol: string): Token | undefined {
    return this.isSymbol(symbol) ? this.take() : undefined;
  }

  expectWord(word: string): Token {
    if (this.isWord(word)) return this.take();
    throw queryError(`${word.toUpperCase()} is expected`, this.next.at);
  }

  expectSymbol(symbol: string): Token {
    if (this.isSymbol(symbol)) return this.take();
    throw queryError(`${symbol} is expected`, this.next.at);
  }

  /** What stands inside of something. */
  nested<Result>(read: () => Result): Result {
    return this.scoped(() => {
      this.descend();
      return read();
    });
  }

  /** Ends what `descend` began in it. */
  scoped<Result>(read: () => Result): Result {
    const depth = this.#depth;
    const result = read();
    this.#depth = depth;
    return result;
  }

  /** One level deeper until the end of the scope: operators in a row are nested to the left. */
  descend(): void {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) throw queryError(`It is nested deeper than ${MAX_DEPTH} levels`, this.next.at);
  }

  /** Things with commas between them. */
  list<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.takeSymbol(",")) items.push(read());
    return items;
  }
}
