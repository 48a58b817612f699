import * as fc from "fast-check";
import { expect, test } from "vitest";
import { excerptWindow, segments } from "./spans.ts";

const text = fc.string({ unit: "binary", maxLength: 900 });
const spans = fc.array(
  fc.tuple(fc.nat(900), fc.nat(40)).map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 12 },
);

test("segments lose nothing and keep their offsets", () => {
  fc.assert(
    fc.property(text, spans, (text, spans) => {
      const parts = segments(text, spans);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      for (const part of parts) expect(text.slice(part.start, part.start + part.text.length)).toBe(part.text);
    }),
  );
});

test("a unit is marked exactly when a span covers it", () => {
  fc.assert(
    fc.property(text, spans, (text, spans) => {
      for (const part of segments(text, spans))
        for (let at = part.start; at < part.start + part.text.length; at++)
          expect(spans.some((span) => span.start <= at && at < span.end)).toBe(part.marked);
    }),
  );
});

test("an excerpt stays inside the text, within its length, and splits no surrogate pair", () => {
  fc.assert(
    fc.property(text, spans, (text, spans) => {
      const { start, end } = excerptWindow(text, spans, { length: 100 });
      expect(start).toBeGreaterThanOrEqual(0);
      expect(start).toBeLessThanOrEqual(end);
      expect(end - start).toBeLessThanOrEqual(101);
      expect(text.toWellFormed().slice(start, end).isWellFormed()).toBe(true);
    }),
  );
});

test("shows the place with the most marks, cut at words", () => {
  const filler = "the patient was seen in clinic ".repeat(20);
  const body = `${filler}metformin dose in renal impairment ${filler}`;
  const at = (word: string) => ({ start: body.indexOf(word), end: body.indexOf(word) + word.length });
  const window = excerptWindow(body, [{ start: 4, end: 11 }, at("metformin"), at("renal")]);
  const shown = body.slice(window.start, window.end);
  expect(shown).toContain("metformin dose in renal impairment");
  expect(body[window.start - 1]).toBe(" ");
  expect(body[window.end]).toBe(" ");
});
