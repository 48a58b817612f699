import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tokenizer } from "./tokenizer.ts";

const tokens = tokenizer();

test("words of Unicode in lower case; marks between letters or digits stay", () => {
  expect(tokens("HbA1c <7.0% in type-2 DM!")).toEqual(["hba1c", "7.0", "in", "type", "2", "dm"]);
  expect(tokens("COVID-19 B.1.1.7")).toEqual(["covid", "19", "b", "1.1.7"]);
  expect(tokens("don't 3.5mg/kg 10,000 U")).toEqual(["don't", "3.5mg", "kg", "10,000", "u"]);
  expect(tokens("a_b x:y β-blocker (p<0.05) e\u0301tat")).toEqual([
    "a_b",
    "x:y",
    "β",
    "blocker",
    "p",
    "0.05",
    "e\u0301tat",
  ]);
});

test("scripts without spaces give characters, emoji are tokens unless they are off", () => {
  expect(tokens("日本語 テスト a_テ")).toEqual(["日", "本", "語", "テスト", "a_テ"]);
  expect(tokens("ภาษาไทย")).toEqual(["ภ", "า", "ษ", "า", "ไ", "ท", "ย"]);
  expect(tokens("ok 🇺🇸👍🏽 👨‍👩‍👧")).toEqual(["ok", "🇺🇸", "👍🏽", "👨‍👩‍👧"]);
  expect(tokenizer({ emoji: false })("ok 👍🏽")).toEqual(["ok"]);
});

test("other ways to cut", () => {
  expect(tokenizer({ whitespace: true, lowercase: false })("One two, ")).toEqual(["One", "two,"]);
  expect(tokenizer({ alphanum: true })("a 3rd (one-two). 42")).toEqual(["3rd", "one-two"]);
  expect(tokenizer({ stopwords: true })("the risk of stroke")).toEqual(["risk", "stroke"]);
  expect(tokenizer({ stopwords: ["risk"] })("the risk")).toEqual(["the"]);
  expect(tokenizer({ regexp: "[a-z]{2}" })("abcd-e")).toEqual(["ab", "cd"]);
  expect(tokenizer({ ngrams: 3 })("abcd ab")).toEqual(["abc", "bcd"]);
  expect(tokenizer({ ngrams: { nmin: 1, nmax: 2, edge: true, lpad: "^" } })("ab")).toEqual(["^", "^a"]);
});

test("tokens are parts of the text, in order, without white space", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      let rest = text.toLowerCase();
      for (const token of tokens(text)) {
        const at = rest.indexOf(token);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(/\s/u.test(token)).toBe(false);
        rest = rest.slice(at + token.length);
      }
      expect(rest).not.toMatch(/[a-z0-9]/);
    }),
  );
});

test("long texts without a break take linear time", () => {
  for (const unit of ["a", "a.", "1,", "a\u0301", "_", "日", "👍\u200D"]) {
    expect(tokens(unit.repeat(200_000)).length).toBeGreaterThan(0);
  }
});

test("texts of any length", () => {
  const cut = tokenizer();
  const words = "word and ".repeat(150_000);
  expect(cut(words)).toEqual(words.trim().split(" "));
  // One word of so many letters is more than a regular expression can take.
  expect(cut("x".repeat(4_194_304)).join("")).toHaveLength(4_194_304);
});
