import { expect, test } from "vitest";
import { parseSynonyms } from "./synonyms.ts";

test("terms of a line are found by each other, those before an arrow find those behind it", () => {
  const synonyms = parseSynonyms(
    "# drugs\nHeart  attack, MI,myocardial infarction\n\nASA => aspirin, acetylsalicylic acid\r\nmi => mitral insufficiency\n",
  );
  expect(Object.fromEntries(synonyms)).toEqual({
    "heart attack": ["mi", "myocardial infarction"],
    mi: ["heart attack", "myocardial infarction", "mitral insufficiency"],
    "myocardial infarction": ["heart attack", "mi"],
    asa: ["aspirin", "acetylsalicylic acid"],
  });
});

test.each(["alone", "a =>", "=> b", "a => b => c", "x, ".repeat(5_000), ", ,"])("refuses %s, with its line", (line) => {
  expect(() => parseSynonyms(`a, b\n${line}`)).toThrow(
    expect.objectContaining({ code: "query_invalid", details: { line: 2 } }),
  );
});
