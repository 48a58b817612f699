import { queryError } from "./query-error.ts";

export interface Token {
  readonly type: "word" | "bracket" | "string" | "number" | "parameter" | "symbol" | "end";
  /** As it is written; `[…]` without its brackets. */
  readonly text: string;
  /** Of a string, what it says; of a word, the same in lower case; else as `text`. */
  readonly value: string;
  /** Offset in the statement. */
  readonly at: number;
}

/** Longer ones are no questions; all that follows is linear in it. */
const MAX_STATEMENT_LENGTH = 65_536;

const SPACE = /\s+/uy;
/** A name, with members and places of JSON behind it: `n.k[2].z`. */
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_$]*(?:\.[\p{L}\p{M}\p{N}_$]+|\[\d+\])*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const PARAMETER = /:[\p{L}_][\p{L}\p{N}_]*/uy;
const SYMBOL = /<>|!=|==|<=|>=|\|\||[=<>+\-*/%(),;]/uy;
const QUOTED = { "'": /'(?:[^']|'')*'/uy, '"': /"(?:[^"]|"")*"/uy } as const;

/** @throws {DbError} `query_invalid` with the place */
export function tokenize(statement: string): Token[] {
  if (statement.length > MAX_STATEMENT_LENGTH) {
    throw queryError(`The query is longer than ${MAX_STATEMENT_LENGTH} characters`, MAX_STATEMENT_LENGTH);
  }
  const tokens: Token[] = [];
  for (let at = skipSpace(statement, 0); at < statement.length;) {
    const { token, end } = tokenAt(statement, at);
    tokens.push(token);
    at = skipSpace(statement, end);
  }
  tokens.push({ type: "end", text: "", value: "", at: statement.length });
  return tokens;
}

interface Found {
  readonly token: Token;
  readonly end: number;
}

function tokenAt(statement: string, at: number): Found {
  const first = statement[at];
  if (first === "'" || first === '"') return quoted(statement, at, first);
  if (first === "[") return bracket(statement, at);
  const word = match(WORD, statement, at);
  if (word !== undefined) return found("word", word, at, word.toLowerCase());
  const number = match(NUMBER, statement, at);
  if (number !== undefined) {
    if (match(WORD, statement, at + number.length) !== undefined) throw queryError("A number runs into a word", at);
    return found("number", number, at);
  }
  const parameter = match(PARAMETER, statement, at);
  if (parameter !== undefined) return found("parameter", parameter, at, parameter.slice(1));
  const symbol = match(SYMBOL, statement, at);
  if (symbol !== undefined) return found("symbol", symbol, at);
  throw queryError("A character has no meaning here", at);
}

function found(type: Token["type"], text: string, at: number, value = text): Found {
  return { token: { type, text, value, at }, end: at + text.length };
}

/** The quote itself is written twice. */
function quoted(statement: string, at: number, quote: "'" | '"'): Found {
  const text = match(QUOTED[quote], statement, at);
  if (text === undefined) throw queryError("A quote is not closed", at);
  return found("string", text, at, text.slice(1, -1).replaceAll(quote + quote, quote));
}

/** Brackets inside are places of a list: `[n.k[2].z]`. */
function bracket(statement: string, at: number): Found {
  let depth = 0;
  for (let end = at; end < statement.length; end++) {
    if (statement[end] === "[") depth++;
    if (statement[end] === "]") depth--;
    if (depth === 0) {
      const text = statement.slice(at + 1, end);
      return { token: { type: "bracket", text, value: text, at }, end: end + 1 };
    }
  }
  throw queryError("A bracket is not closed", at);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function skipSpace(text: string, at: number): number {
  return at + (match(SPACE, text, at)?.length ?? 0);
}
