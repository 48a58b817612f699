import { expect, test } from "vitest";
import { parseFields } from "./parse-fields.ts";

test("reads one field a line", () => {
  expect(parseFields("year: number\n\n  topics :string[] \nreviewed:date")).toEqual({
    types: { year: "number", topics: "string[]", reviewed: "date" },
  });
  expect(parseFields("")).toEqual({ types: {} });
});

test.each([
  ["year", 1],
  ["year: number\nsource: text", 2],
  ["a: toString", 1],
  ["1st: number", 1],
])("names the wrong line of %j", (lines, wrong) => {
  expect(parseFields(lines).wrong).toBe(wrong);
});
