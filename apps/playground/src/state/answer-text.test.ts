import * as fc from "fast-check";
import { expect, test } from "vitest";
import { answerParts } from "./answer-text.ts";

const shown = (answer: string, markers: number[], streaming = false) =>
  answerParts(answer, new Set(markers), { streaming })
    .map((part) => (part.kind === "text" ? part.text : `<${part.marker}>`))
    .join("");

test("markers become citations and hang on the word before them", () => {
  expect(shown("Start at half the dose. [1] [2] Then check [12].", [1, 2, 12])).toBe(
    "Start at half the dose.<1><2> Then check<12>.",
  );
});

test("a ghost number is never shown", () => {
  expect(shown("True [1]. False [9].", [1])).toBe("True<1>. False.");
});

test("a marker that is cut while streaming waits", () => {
  expect(shown("Half the dose [1", [1], true)).toBe("Half the dose");
  expect(shown("Half the dose [1]", [1], true)).toBe("Half the dose<1>");
});

test("text without known markers holds no citation, and keys are unique", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.nat(12).map((n) => `[${n}]`),
        ),
      ),
      fc.array(fc.nat(12)),
      (pieces, markers) => {
        const parts = answerParts(pieces.join(""), new Set(markers));
        const citations = parts.filter((part) => part.kind === "citation");
        for (const { marker } of citations) expect(markers).toContain(marker);
        expect(new Set(citations.map((part) => part.key)).size).toBe(citations.length);
      },
    ),
  );
});

test("what no passage supports is told apart, up to the unit", () => {
  const answer = "True [1]. Made up. True again [1].";
  const start = answer.indexOf("Made");
  const parts = answerParts(answer, new Set([1]), { unverified: [{ start, end: start + 8 }] });
  expect(
    parts.filter((part) => part.kind === "text" && part.unverified).map((part) => part.kind === "text" && part.text),
  ).toEqual(["Made up."]);
});
