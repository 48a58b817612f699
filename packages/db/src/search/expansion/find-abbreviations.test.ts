import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findAbbreviations } from "./find-abbreviations.ts";

test.each([
  ["Patients with chronic kidney disease (CKD) were seen.", [["CKD", "chronic kidney disease"]]],
  ["A myocardial infarction (MI) is not angina.", [["MI", "myocardial infarction"]]],
  ["The angiotensin-converting enzyme (ACE) inhibitors.", [["ACE", "angiotensin-converting enzyme"]]],
  ["We used magnetic resonance imaging (MRI; 3 T).", [["MRI", "magnetic resonance imaging"]]],
  [
    "Heat shock protein (HSP) and tumour necrosis factor (TNF).",
    [
      ["HSP", "Heat shock protein"],
      ["TNF", "tumour necrosis factor"],
    ],
  ],
  ["One thing. Low density lipoprotein (LDL) is bad.", [["LDL", "Low density lipoprotein"]]],
  ["It was seen in 12 patients (see Table 2).", []],
  ["Nothing fits here (XYZ).", []],
  ["The dose (in mg) was low (P < 0.05).", []],
  ["An abbreviation (a) and another (CKD (stage 3)).", []],
  ["MI means myocardial infarction MI (MI).", []],
])("%s", (text, expected) => {
  expect(findAbbreviations(text).map(({ short, long }) => [short, long])).toEqual(expected);
});

test("any text is read, and what is found stands in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "B", "c", " ", "(", ")", ".", "é", "-") }), (text) => {
      for (const { short, long } of findAbbreviations(text)) {
        expect(text).toContain(`(${short}`);
        expect(text.replaceAll(/\s+/g, " ")).toContain(long);
      }
    }),
  );
});
