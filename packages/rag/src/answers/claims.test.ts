import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ClaimReader } from "./claims.ts";

function claimsOf(pieces: readonly string[]): string[] {
  const reader = new ClaimReader();
  const claims = pieces.flatMap((piece) => reader.push(piece));
  return [...claims, ...reader.finish()].map((claim) => claim.trim()).filter((claim) => claim !== "");
}

test.each([
  ["One [1]. Two [2].", ["One [1].", "Two [2]."]],
  ["One. [1] Two. [2]", ["One. [1]", "Two. [2]"]],
  ["One. [1][2] [3] Two.", ["One. [1][2] [3]", "Two."]],
  [
    "Take 2.5 mg b.i.d. with food, e.g. Bread [1]. Then rest.",
    ["Take 2.5 mg b.i.d. with food, e.g. Bread [1].", "Then rest."],
  ],
  ["Signs:\n- Fever [1]\n- Rash [2]\n\nRest.", ["Signs:", "- Fever [1]", "- Rash [2]", "Rest."]],
  ["Dr. Smith agrees [1]. Dr. Jones too.", ["Dr. Smith agrees [1].", "Dr. Jones too."]],
  ["Is it? Yes! “It is.” [1] Done", ["Is it?", "Yes!", "“It is.” [1]", "Done"]],
])("%s", (text, claims) => {
  expect(claimsOf([text])).toEqual(claims);
});

test("the claims do not depend on how the text came", () => {
  const part = fc.constantFrom("One", " [1]", ".", " ", "e.g.", "\n", "[2", "]", " Two", "?", "【3】", " 4.5", "”");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), fc.array(fc.nat(200), { maxLength: 10 }), (parts, cuts) => {
      const text = parts.join("");
      const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other), text.length];
      const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
      expect(claimsOf(pieces).join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      expect(claimsOf(pieces)).toEqual(claimsOf(text.split("")));
    }),
  );
});
