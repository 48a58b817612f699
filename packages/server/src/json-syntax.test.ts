import * as fc from "fast-check";
import { expect, it } from "vitest";
import { findJsonSyntaxError } from "./json-syntax.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it.each([
  ['{"a":1,}', 7],
  ["[1 2]", 3],
  ["", 0],
  ['{"a', 3],
  ['"\\x"', 1],
  ['"\\u12g4"', 1],
  ["[1,]", 3],
  ['{"a":tru}', 5],
  ["[}", 1],
  ["{]", 1],
  ["01", 1],
  ['["a\nb"]', 3],
  ['{"a" 1}', 5],
  ["[1]]", 3],
])("finds where %j breaks", (text, offset) => {
  expect(findJsonSyntaxError(text)?.offset).toBe(offset);
});

it("counts lines and columns from 1", () => {
  expect(findJsonSyntaxError('{\n  "a": 1,\n  b\n}')).toEqual({ offset: 14, line: 3, column: 3 });
});

it("finds nothing in JSON", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(findJsonSyntaxError(text)).toBeUndefined();
    }),
  );
});

it("agrees with JSON.parse on damaged JSON", () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", "]", '"', "\\", ":", "e", "-", "\n", "1", "x"))
    .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1));
  fc.assert(
    fc.property(damaged, (text) => {
      expect(findJsonSyntaxError(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

it("reads a string of many megabytes and very deep nesting", () => {
  const deep = "[".repeat(1_000_000);
  expect(findJsonSyntaxError(`["${"\\n".repeat(5_000_000)}" x`)?.offset).toBe(10_000_004);
  expect(findJsonSyntaxError(deep)?.offset).toBe(deep.length);
});
