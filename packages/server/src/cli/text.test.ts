import * as fc from "fast-check";
import stringWidth from "string-width";
import { expect, it } from "vitest";
import { table } from "./table.ts";
import { byteSize, clock, cut, cutMiddle, perSecond, plain } from "./text.ts";

it("keeps cut texts within their width", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      expect(stringWidth(cut(text, width))).toBeLessThanOrEqual(Math.max(width, 1));
      expect(stringWidth(cutMiddle(text, width))).toBeLessThanOrEqual(Math.max(width, 1));
    }),
  );
});

it("takes everything out of foreign text that a terminal would obey", () => {
  expect(plain("a\u001b[31mb\nc\td\u0007\u202ee\u2028f\u0000")).toBe("a [31mb c d e f");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(plain(text)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    }),
  );
});

it("writes numbers as people read them", () => {
  expect([0, 59.6, 61, 3_723].map(clock)).toEqual(["0:00", "1:00", "1:01", "1:02:03"]);
  expect([0, 1_023, 1_536, 5 * 1_024 ** 3].map(byteSize)).toEqual(["0 B", "1,023 B", "1.5 KiB", "5.0 GiB"]);
  expect([0.25, 41.83, 12_400].map(perSecond)).toEqual(["0.3", "41.8", "12.4K"]);
});

it.each([40, 80, 120])("leaves columns out of a table of %i columns instead of breaking lines", (width) => {
  const columns = [
    { title: "name" },
    { title: "documents", align: "right" as const },
    { title: "model", rank: 2 },
    { title: "last write", rank: 1 },
  ];
  const rows = [
    ["漢字コレクション", "16,407", "sentence-transformers/all-MiniLM-L6-v2@7b92729d23de", "2026-11-22 17:37"],
  ];
  const lines = table(columns, rows, { width }).trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  expect(lines[1]).toContain("16,407");
  expect(lines[0]?.includes("model")).toBe(width === 120);
});
