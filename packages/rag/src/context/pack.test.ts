import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack } from "./pack.ts";
import type { Passage } from "./passage.ts";

const TEXTS = Object.fromEntries(
  ["a", "b", "c"].map((id) => [id, Array.from({ length: 40 }, (_, at) => `${id}word${at}`).join(" ")]),
);

function passage(documentId: string, start: number, end: number): Passage {
  const text = (TEXTS[documentId] ?? "").slice(start, end);
  return { documentId, title: undefined, span: { start, end }, text, score: 1, cosine: 0.5 };
}

const placeOf = ({ documentId, span }: Passage) => `${documentId}:${span.start}-${span.end}`;
const countTokens = async (texts: readonly string[]) => texts.map((text) => text.split(/\s+/).length);

describe("pack", () => {
  test("keeps the order of rank, up to the limit", async () => {
    const packed = await pack([passage("a", 0, 20), passage("b", 0, 20), passage("c", 0, 20)], { limit: 2 });
    expect(packed.map(placeOf)).toEqual(["a:0-20", "b:0-20"]);
  });

  test("joins what touches or overlaps, also through a third", async () => {
    const ranked = [passage("a", 0, 30), passage("b", 0, 20), passage("a", 60, 90), passage("a", 25, 60)];
    const packed = await pack(ranked, { limit: 4 });
    expect(packed.map(placeOf)).toEqual(["a:0-90", "b:0-20"]);
    expect(packed[0]?.text).toBe(TEXTS["a"]?.slice(0, 90));
  });

  test("takes a passage that says the same only once, of whatever document", async () => {
    const copy = { ...passage("a", 0, 80), documentId: "copy" };
    expect(await pack([passage("a", 0, 80), copy, passage("b", 0, 20)], { limit: 3 })).toHaveLength(2);
    expect(await pack([passage("a", 0, 80), passage("a", 0, 80)], { limit: 3 })).toHaveLength(1);
  });

  test("takes at most three of one document while there are others, and more when there are none", async () => {
    const many = [0, 40, 80, 120, 160].map((start) => passage("a", start, start + 20));
    const packed = await pack([...many, passage("b", 0, 20)], { limit: 4 });
    expect(packed.map(({ documentId }) => documentId)).toEqual(["a", "a", "a", "b"]);
    expect(await pack(many, { limit: 5 })).toHaveLength(5);
  });

  test("leaves out what does not fit into the budget, whole", async () => {
    const ranked = [passage("a", 0, 60), passage("b", 0, 200), passage("c", 0, 30)];
    const packed = await pack(ranked, { limit: 3, tokenBudget: 15, countTokens });
    expect(packed.map(placeOf)).toEqual(["a:0-60", "c:0-30"]);
  });

  test("never exceeds the limits, never has a character twice, and every text is its document's", async () => {
    const span = fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(250), fc.integer({ min: 1, max: 90 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(span, { maxLength: 25 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(60),
        async (spans, limit, tokenBudget) => {
          const ranked = spans.map(([id, start, length]) => passage(id, start, Math.min(start + length, 280)));
          const packed = await pack(ranked, { limit, tokenBudget, countTokens });
          expect(packed.length).toBeLessThanOrEqual(limit);
          const tokens = await countTokens(packed.map(({ text }) => text));
          expect(tokens.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(tokenBudget);
          const seen = new Set<string>();
          for (const {
            documentId,
            span: { start, end },
            text,
          } of packed) {
            expect(text).toBe(TEXTS[documentId]?.slice(start, end));
            for (let at = start; at < end; at += 1) {
              expect(seen.has(`${documentId}${at}`)).toBe(false);
              seen.add(`${documentId}${at}`);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
