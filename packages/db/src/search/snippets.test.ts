import * as fc from "fast-check";
import { expect, test } from "vitest";
import { snippetOf } from "./snippets.ts";

function hitOf(text: string, words: readonly string[], offset = 0) {
  const highlights = words.flatMap((word) =>
    Array.from(text.matchAll(new RegExp(word, "g")), ({ index }) => ({
      start: index,
      end: index + word.length,
      field: "text" as const,
    })),
  );
  return { text, passage: { start: offset, end: offset + text.length }, highlights };
}

test("a short passage is its own snippet", () => {
  expect(snippetOf(hitOf("Kidney stones hurt.", ["stones"], 40), 100)).toEqual({ start: 40, end: 59 });
});

test("the snippet is where most of the words are, cut between words", () => {
  const filler = "Nothing of interest is said here. ".repeat(6);
  const text = `Kidneys. ${filler}Metformin is cleared by the kidneys and metformin is stopped. ${filler}`;
  const { start, end } = snippetOf(hitOf(text, ["metformin", "Metformin", "idneys"], 100), 90);
  const snippet = text.slice(start - 100, end - 100);
  expect(snippet).toContain("Metformin is cleared by the kidneys and metformin");
  expect(snippet.length).toBeLessThanOrEqual(90);
  expect(text.slice(start - 101, start - 100)).toBe(" ");
  expect(text.slice(end - 100, end - 99)).toBe(" ");
});

test("without words it is the beginning", () => {
  const text = "word ".repeat(100);
  expect(snippetOf(hitOf(text, []), 42)).toEqual({ start: 0, end: 39 });
});

const wellFormed = fc.string({ unit: "binary", minLength: 1, maxLength: 400 }).map((text) => text.toWellFormed());

test("any text gives a part of it, in whole characters", () => {
  fc.assert(
    fc.property(wellFormed, fc.integer({ min: 20, max: 200 }), (text, length) => {
      const { start, end } = snippetOf(hitOf(text, ["a"]), length);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(text.length);
      expect(start).toBeLessThan(end);
      expect(text.slice(start, end).isWellFormed()).toBe(true);
    }),
  );
});
