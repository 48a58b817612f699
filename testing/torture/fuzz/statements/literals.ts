import type { Random } from "../../load/random.ts";

/** What somebody writes who wants a literal to be more than one, and what breaks readers of text. */
const ATTEMPTS = [
  "'",
  "''",
  '"',
  "\\",
  "\\'",
  "' or 1=1 --",
  "' or '1'='1",
  "') or ('a'='a",
  "'; drop table sections; --",
  "'; attach database 'x' as y; --",
  "' union select data from documents --",
  "x' and similar('y') and 'z'='z",
  "1); pragma writable_schema=1; --",
  "select * from txtai",
  "select id from txtai where a = 'x'",
  ":q",
  "@p0",
  "?1",
  "@0@",
  "$.a",
  "--",
  "/*",
  "*/",
  ";",
  "%",
  "_",
  "%_%",
  "\\%",
  "[",
  "]",
  "[a]",
  "null",
  "NaN",
  "1e999",
  "0x10",
  "\0",
  "a\0b",
  "\uD800",
  "\uDC00x",
  "💊",
  "👨‍👩‍👧",
  "\u202Eabc",
  "\u2028",
  "é",
  "e\u0301",
  "ÄÖ",
  "ﬀ",
  "",
  " ",
  "\n",
  "\uFEFF",
  "__proto__",
  "constructor",
];
/** Texts that rows have, so that literals match something. */
export const KNOWN = [
  "A",
  "B",
  "a'b",
  "x;y",
  '"',
  "--",
  "%",
  "10%",
  "a_c",
  "💊",
  "Zürich",
  "zürich",
  "\uFFFD",
  "\uE000",
  "2020",
  "insulin",
  "insulin therapy",
  "risk",
  "true",
] as const;
const NUMBERS = [
  0n,
  1n,
  2n,
  -1n,
  10n,
  2020n,
  2021n,
  9_007_199_254_740_993n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0.5,
  2.5,
  -0.25,
];
const EXTREMES = [1e21, 1e308, -1e308, 5e-324, 2 ** 63, 2 ** 64, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const MAX_LENGTH = 12;

/** Any text. */
export function text(random: Random): string {
  const kind = random.next();
  if (kind < 0.35) return random.pick(KNOWN);
  if (kind < 0.7) return random.pick(ATTEMPTS);
  if (kind < 0.85) return random.list(random.integer(2, 4), () => random.pick([...ATTEMPTS, ...KNOWN])).join("");
  return characters(random);
}

/** Characters of any kind, halves of pairs included. */
export function characters(random: Random): string {
  const most = random.pick([0x7f, 0x7f, 0xff, 0xffff]);
  return String.fromCharCode(...random.list(random.integer(0, MAX_LENGTH), () => random.integer(0, most)));
}

/** Whole numbers are bigints. */
export function number(random: Random): number | bigint {
  return random.pick<number | bigint>(random.chance(0.8) ? NUMBERS : EXTREMES);
}

/** A number that has one way to be written as text. */
export function plainNumber(random: Random): number | bigint {
  return random.pick<number | bigint>(NUMBERS);
}

/** A text as a statement has it. */
export function quoted(value: string, random: Random): string {
  const quote = random.pick(["'", "'", '"']);
  return quote + value.replaceAll(quote, quote + quote) + quote;
}

/** A number as a statement has it. */
export function digits(value: number | bigint): string {
  if (value === Number.POSITIVE_INFINITY) return "1e999";
  return value === Number.NEGATIVE_INFINITY ? "-1e999" : String(value);
}
