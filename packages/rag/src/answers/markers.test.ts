import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readMarkers } from "./markers.ts";

test.each([
  ["It hurts [1].", "It hurts.", [1]],
  ["It hurts. [1]", "It hurts.", [1]],
  ["It hurts [1, 3] and [2-4].", "It hurts and.", [1, 3, 2, 4]],
  ["It hurts [1][2].", "It hurts.", [1, 2]],
  ["It hurts【2】.", "It hurts.", [2]],
  ["It hurts [ 1 ; 2–3 ].", "It hurts.", [1, 2, 3]],
  ["Grade [3-1] and [1-9999].", "Grade and.", []],
  ["IQR [5.4, 7.1] and [see 1].", "IQR [5.4, 7.1] and [see 1].", []],
])("%s", (text, plain, numbers) => {
  expect(readMarkers(text)).toEqual({ text: plain, numbers });
});

test("never leaves a marker, never makes up a number", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(99), fc.constantFrom("[", "]", "【", "】", ",", "-", " ", "a", ".", "["))),
      (parts) => {
        const { text, numbers } = readMarkers(parts.join(""));
        expect(readMarkers(`[${text}`).text.length).toBeLessThanOrEqual(text.length + 1);
        expect(numbers.every((number) => Number.isInteger(number) && number >= 0)).toBe(true);
      },
    ),
  );
});
