/** Where a text stops being JSON. Lines and columns count from 1. */
export interface JsonSyntaxError {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

const SPACE = /[\t\n\r ]/;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Finds the first syntax error of a text that `JSON.parse` refused: its own message names a position only sometimes, and repeats
 * a piece of the text.
 */
export function findJsonSyntaxError(text: string): JsonSyntaxError | undefined {
  const offset = scan(text);
  return offset === undefined ? undefined : { offset, ...lineAndColumn(text, offset) };
}

type Expectation = "value" | "value or end" | "name" | "name or end" | "colon" | "comma or end" | "nothing";

/** A pushdown automaton: one stack entry for each open bracket. */
function scan(text: string): number | undefined {
  const open: ("[" | "{")[] = [];
  let expected: Expectation = "value";
  let offset = 0;
  for (;;) {
    while (SPACE.test(text[offset] ?? "")) offset++;
    const next = text[offset];
    if (expected === "nothing") return next === undefined ? undefined : offset;
    const end = endOfToken(text, offset, expected);
    if (end.broken !== undefined) return end.broken;
    offset = end.offset;
    if (next === "[" || next === "{") open.push(next);
    if ((next === "]" || next === "}") && next !== closing(open.pop())) return offset - 1;
    expected = following(next, expected, open.at(-1));
  }
}

type TokenEnd = { readonly offset: number; readonly broken?: undefined } | { readonly broken: number };

function endOfToken(text: string, offset: number, expected: Expectation): TokenEnd {
  const next = text[offset];
  if (expected === "colon") return next === ":" ? { offset: offset + 1 } : { broken: offset };
  if (expected === "comma or end") return next === "," || isClosing(next) ? { offset: offset + 1 } : { broken: offset };
  if (expected.endsWith("or end") && isClosing(next)) return { offset: offset + 1 };
  if (next === '"') return endOfString(text, offset);
  if (expected.startsWith("name")) return { broken: offset };
  return next === "[" || next === "{" ? { offset: offset + 1 } : endOfScalar(text, offset);
}

function following(token: string | undefined, expected: Expectation, inside: "[" | "{" | undefined): Expectation {
  if (token === "[") return "value or end";
  if (token === "{") return "name or end";
  if (token === ",") return inside === "[" ? "value" : "name";
  if (token === ":") return "value";
  if (expected.startsWith("name") && !isClosing(token)) return "colon";
  return inside === undefined ? "nothing" : "comma or end";
}

/** By hand: a regular expression over a string of megabytes runs out of its stack. */
function endOfString(text: string, start: number): TokenEnd {
  let offset = start + 1;
  for (;;) {
    const code = text.charCodeAt(offset);
    if (Number.isNaN(code) || code < 0x20) return { broken: offset };
    if (code === 0x22) return { offset: offset + 1 };
    if (code === 0x5c) {
      ESCAPE.lastIndex = offset;
      if (!ESCAPE.test(text)) return { broken: offset };
      offset = ESCAPE.lastIndex;
    } else offset++;
  }
}

function endOfScalar(text: string, offset: number): TokenEnd {
  SCALAR.lastIndex = offset;
  return SCALAR.test(text) ? { offset: SCALAR.lastIndex } : { broken: offset };
}

function isClosing(token: string | undefined): boolean {
  return token === "]" || token === "}";
}

function closing(bracket: "[" | "{" | undefined): string | undefined {
  return bracket === undefined ? undefined : { "[": "]", "{": "}" }[bracket];
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
