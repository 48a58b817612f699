import { expect, test } from "vitest";
import { contentTerms, coverage, rarity, specificity, stems } from "./terms.ts";

test.each([
  ["inherited", "inheritance"],
  ["cause", "causes"],
  ["caused", "causing"],
  ["diagnose", "diagnosis"],
  ["treatment", "treated"],
  ["symptom", "symptoms"],
  ["therapy", "therapies"],
  ["kidneys", "kidney"],
  ["KIDNEY", "kidney"],
])("%s and %s have one stem", (one, other) => {
  expect(stems(one)).toEqual(stems(other));
});

test.each([
  ["gene", "general"],
  ["type 1", "type 2"],
  ["mg", "ms"],
  ["hypotension", "hypertension"],
])("%s and %s do not", (one, other) => {
  expect(stems(one)).not.toEqual(stems(other));
});

test("question words are no content, numbers and negations are", () => {
  expect(contentTerms("What is it that you should not do with type 2 diabetes?").map(({ word }) => word)).toEqual([
    "not",
    "type",
    "2",
    "diabetes",
  ]);
  expect(contentTerms("What is it?")).toEqual([]);
});

test("coverage is the share of the weight, rare terms weigh more", async () => {
  const terms = contentTerms("Noonan inheritance");
  const texts = [stems("Noonan syndrome"), stems("Noonan is inherited"), stems("Noonan facts")];
  const weights = rarity(terms, texts);
  expect(weights.get("inherit") ?? 0).toBeGreaterThan(weights.get("noonan") ?? 1);
  expect(coverage(weights, stems("It is inherited"))).toBeGreaterThan(0.5);
  expect(coverage(weights, stems("nothing"))).toBe(0);
  expect(coverage(weights, stems("Noonan syndrome is inherited"))).toBe(1);
  expect(coverage(new Map(), stems("anything"))).toBe(0);
  const pieces = await specificity(terms, async (words) => words.map((word) => word.length));
  expect([...pieces.values()]).toEqual([4, 4]);
});
