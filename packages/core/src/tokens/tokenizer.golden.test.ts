import { describe, expect, test } from "vitest";

import { readTokenizerGolden, readTokenizerJson } from "../../../../testing/golden/tokenizers/tokenizers.ts";
import { Tokenizer } from "./tokenizer.ts";

const golden = await readTokenizerGolden();

describe.each(Object.entries(golden.tokenizers))("%s, by Python's tokenizers", async (name, { texts, pairs }) => {
  const json = await readTokenizerJson(name);
  const tokenizers = {
    right: await Tokenizer.fromJson(json),
    left: await Tokenizer.fromJson(json, { truncationSide: "left" }),
  };

  test("ids", async () => {
    for (const repeated of [1, 2]) {
      const tokenized = await tokenizers.right.encode(golden.texts);
      for (const [index, { ids }] of tokenized.entries()) {
        expect([...ids], `text ${index}, time ${repeated}`).toEqual(texts[index]?.ids);
      }
    }
  });

  test("spans", async () => {
    for (const [index, text] of golden.texts.entries()) {
      expect(await tokenizers.right.spans(text), `text ${index}`).toEqual(texts[index]?.spans);
    }
  });

  test("pairs, truncated by each strategy from each side", async () => {
    for (const { pair, strategy, maxLength, side, result } of pairs) {
      const options = { truncation: strategy, maxLength };
      const encoded = await tokenizers[side].encodePairs([pair], options).catch(() => null);
      const ours = encoded?.map(({ ids, typeIds }) => ({ ids: [...ids], typeIds: [...typeIds] })) ?? [null];
      expect(ours, `${JSON.stringify(pair)} ${strategy} ${maxLength} ${side}`).toEqual([result]);
    }
  });
});
