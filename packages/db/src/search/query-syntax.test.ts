import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DbError } from "../errors.ts";
import { readQuery } from "./query-syntax.ts";

const plain = { constraints: [], prefixes: [] };
const word = (text: string, rest = {}) => ({ words: text.split(" "), isPrefix: false, isNegative: false, ...rest });

test.each([
  ["kidney disease", { text: "kidney disease", ...plain }],
  ['"kidney  disease" pain', { text: "kidney disease pain", constraints: [word("kidney disease")], prefixes: [] }],
  [
    "+aspirin -child",
    { text: "aspirin", constraints: [word("aspirin"), word("child", { isNegative: true })], prefixes: [] },
  ],
  [
    'aspirin -"young child"',
    { text: "aspirin", constraints: [word("young child", { isNegative: true })], prefixes: [] },
  ],
  ["Metf* dose", { text: "Metf dose", constraints: [], prefixes: ["metf"] }],
  ["+metf*", { text: "metf", constraints: [word("metf", { isPrefix: true })], prefixes: ["metf"] }],
  ["COVID-19 (acute)", { text: "COVID 19 acute", ...plain }],
  ["dose — 5 mg", { text: "dose 5 mg", ...plain }],
  ["+type-2", { text: "type 2", constraints: [word("type 2")], prefixes: [] }],
])("%s", (query, expected) => {
  expect(readQuery(query, "operators")).toEqual(expected);
  expect(readQuery(query, "plain"), "plain words").toEqual({ text: query, ...plain });
});

describe("what cannot be read is refused with its place", () => {
  test.each([
    ['dose "of aspirin', 5],
    ['dose +"', 6],
    ['pain ""', 5],
    ["pain +!!", 5],
    ["a*", 0],
    ["-only -excluded", 0],
    ["+w ".repeat(33), 0],
    [`"${"w ".repeat(65)}"`, 0],
    [`+${"w".repeat(1_001)}`, 0],
  ])("%s", (query, position) => {
    const error = expect.objectContaining({ code: "query_invalid", details: { pointer: "/query", position } });
    expect(() => readQuery(query, "operators")).toThrow(error);
  });
});

/** Why it is refused, or the words of its constraints. */
function outcomeOf(query: string): unknown {
  try {
    return readQuery(query, "operators").constraints.flatMap(({ words }) => words);
  } catch (error) {
    return error instanceof DbError ? error.code : error;
  }
}

function isFine(outcome: unknown): boolean {
  if (outcome === "query_invalid") return true;
  return Array.isArray(outcome) && outcome.every((part) => /^[\p{Alphabetic}\p{N}]+$/u.test(String(part)));
}

const HOSTILE = ["+", "-", '"', "*", " ", "a", "é", "0", "'", "\\", "(", ")"];

test("any text is read, as words of letters and digits, or refused", () => {
  const texts = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom(...HOSTILE) }));
  fc.assert(
    fc.property(texts, (query) => {
      expect(outcomeOf(query)).toSatisfy(isFine);
    }),
  );
});
