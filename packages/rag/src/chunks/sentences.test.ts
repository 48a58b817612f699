import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findSentences } from "./sentences.ts";

const sentencesOf = (text: string) => [...findSentences(text)].map(({ start, end }) => text.slice(start, end));

test.each([
  ["Give 500 mg b.i.d. for 5 days. Stop if it hurts.", ["Give 500 mg b.i.d. for 5 days.", "Stop if it hurts."]],
  ["It was 3.5 mg/dL (p<0.05). Then 4.1.", ["It was 3.5 mg/dL (p<0.05).", "Then 4.1."]],
  ["Dr. J. Smith agreed. Prof. Jones did not.", ["Dr. J. Smith agreed.", "Prof. Jones did not."]],
  ["NSAIDs, e.g. Ibuprofen, may bleed. Ask first.", ["NSAIDs, e.g. Ibuprofen, may bleed.", "Ask first."]],
  ["Metformin vs. Glipizide was tested. Both worked.", ["Metformin vs. Glipizide was tested.", "Both worked."]],
  ["About approx. 5 Patients died. Others lived.", ["About approx. 5 Patients died.", "Others lived."]],
  ["Smith et al. (2019) found it. We agree.", ["Smith et al. (2019) found it.", "We agree."]],
  ["This was shown by Smith et al. The dose was low.", ["This was shown by Smith et al.", "The dose was low."]],
  ["See Fig. 2 and No. 5 first. Then read.", ["See Fig. 2 and No. 5 first.", "Then read."]],
  ["Is it safe? No. It is not.", ["Is it safe?", "No.", "It is not."]],
  ["It is common in the U.S. The U.S. Army knows.", ["It is common in the U.S.", "The U.S. Army knows."]],
  ["She has MS. It is mild.", ["She has MS.", "It is mild."]],
  ["Take vitamin D. It helps.", ["Take vitamin D.", "It helps."]],
  ["1. Wash it. 2. Dry it.", ["1. Wash it.", "2. Dry it."]],
  ["She said “no.” Then she left.", ["She said “no.”", "Then she left."]],
  ["It is a cancer. - It may spread. - It may not.", ["It is a cancer.", "- It may spread.", "- It may not."]],
  ["Doses of 5 - 10 mg. Then - if well - none.", ["Doses of 5 - 10 mg.", "Then - if well - none."]],
])("%s", (text, expected) => {
  expect(sentencesOf(text)).toEqual(expected);
});

test("a line broken by the margin goes on, a list item, a heading and an empty line begin anew", () => {
  const wrapped = "The patient was given a low dose of metformin twice a day\nfor 3 weeks. She felt well.";
  expect(sentencesOf(wrapped)).toEqual([
    "The patient was given a low dose of metformin twice a day\nfor 3 weeks.",
    "She felt well.",
  ]);
  expect(sentencesOf("# Signs\nFever\n- a rash\r\n- 1.5 l of sweat\r\n\r\nSee a doctor.")).toEqual([
    "# Signs",
    "Fever",
    "- a rash",
    "- 1.5 l of sweat",
    "See a doctor.",
  ]);
});

test("marks the first sentence of each paragraph and item", () => {
  const marks = [...findSentences("One. Two.\n\nThree. Four.\n- Five.")].map(({ opensBlock }) => opensBlock);
  expect(marks).toEqual([true, false, true, false, true]);
});

test("sentences hold every character that is not white space, in order", () => {
  const pieces = fc.constantFrom(
    "e.g. ",
    "Dr. ",
    "A",
    "b",
    ". ",
    "\n",
    "\r\n",
    "- ",
    "1. ",
    " ",
    "😀",
    "é",
    "?",
    "\u2028",
    ")",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 80 }), (parts) => {
      const text = parts.join("");
      let end = 0;
      for (const sentence of findSentences(text)) {
        expect(text.slice(end, sentence.start).trim()).toBe("");
        expect(sentence.start).toBeLessThan(sentence.end);
        expect(text.slice(sentence.start, sentence.end).trim()).toHaveLength(sentence.end - sentence.start);
        end = sentence.end;
      }
      expect(text.slice(end).trim()).toBe("");
    }),
  );
});
