import { expect, test } from "vitest";

import { passesTokenTypes } from "./token-types.ts";

const facts = { inputNames: undefined, tokenizerClass: undefined, modelType: "bert" };

test.each([
  ["the model's type decides when no file names a class", facts, true],
  ["RoBERTa knows no segments", { ...facts, modelType: "roberta" }, false],
  ["the class of the tokenizer", { ...facts, tokenizerClass: "BertTokenizerFast", modelType: "mpnet" }, true],
  ["the generic class", { ...facts, tokenizerClass: "PreTrainedTokenizerFast" }, false],
  ["what the tokenizer says itself", { ...facts, inputNames: ["input_ids"], tokenizerClass: "BertTokenizer" }, false],
  ["named inputs", { ...facts, inputNames: ["input_ids", "token_type_ids"], tokenizerClass: "Other" }, true],
])("%s", (_, given, passes) => {
  expect(passesTokenTypes(given)).toBe(passes);
});
