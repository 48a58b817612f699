import * as fc from "fast-check";
import { expect, test } from "vitest";

import { utf16Offsets } from "./utf16-offsets.ts";

test("a span of code points becomes the same span of a JavaScript string", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat({ max: 20 }), fc.nat({ max: 20 }), (text, a, b) => {
      const characters = Array.from(text);
      const [start, end] = [Math.min(a, b, characters.length), Math.min(Math.max(a, b), characters.length)];
      const [[from, to] = [0, 0]] = utf16Offsets(text, [[start, end]]);
      expect(text.slice(from, to)).toBe(characters.slice(start, end).join(""));
    }),
  );
});
