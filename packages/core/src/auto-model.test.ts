import { describe, expect, test } from "vitest";

import {
  floats,
  maxDifference,
  readMinilmGolden,
  readTinyBertGolden,
  tinyBertFolder,
} from "../../../testing/golden/golden.ts";
import { AutoModel } from "./auto-model.ts";
import { AutoTokenizer } from "./auto-tokenizer.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { meanPooling } from "./vectors/mean-pooling.ts";
import { normalize } from "./vectors/normalize.ts";

test("the model card's third snippet: tokenizer, hidden states, mean pooling", async () => {
  const sentences = ["This is an example sentence", "Each sentence is converted"];
  const tokenizer = await AutoTokenizer.fromPretrained("sentence-transformers/all-MiniLM-L6-v2");
  await using model = await AutoModel.fromPretrained("sentence-transformers/all-MiniLM-L6-v2");

  const inputs = await tokenizer.encode(sentences, { padding: true, truncation: true });
  const output = await model.forward(inputs);
  const embeddings = meanPooling(output, inputs.attentionMask);

  const { hiddenStates } = (await readMinilmGolden()).modelCard;
  expect(output.lastHiddenState.dims).toEqual(hiddenStates.dims);
  // What an encoder says at a padded position means nothing; torch's own float32 is 1e-5 away from float64 there.
  const reference = floats(hiddenStates.base64);
  for (const [token, isToken] of inputs.attentionMask.entries()) {
    const [start, end] = [token * model.hiddenSize, (token + 1) * model.hiddenSize];
    const difference = maxDifference(output.lastHiddenState.data.slice(start, end), reference.slice(start, end));
    expect(difference).toBeLessThanOrEqual(isToken === 1 ? 1e-5 : 1e-4);
  }

  await using sentenceModel = await SentenceTransformer.load();
  for (const [index, vector] of (await sentenceModel.encode(sentences)).entries()) {
    expect(maxDifference(normalize(embeddings[index] ?? new Float32Array()), vector)).toBeLessThanOrEqual(1e-6);
  }
});

describe("a padded batch of a BERT of odd sizes", () => {
  test("hidden states equal transformers' at every position, with and without token types", async () => {
    const { texts, batch } = await readTinyBertGolden();
    const tokenizer = await AutoTokenizer.fromPretrained(tinyBertFolder);
    await using model = await AutoModel.fromPretrained(tinyBertFolder, { workers: 2, threads: 1 });
    const inputs = await tokenizer.encode(
      texts.map(({ text }) => text),
      { padding: true, truncation: true },
    );
    expect([...inputs.inputIds]).toEqual(batch.inputIds.flat());
    expect([...inputs.attentionMask]).toEqual(batch.attentionMask.flat());

    const plain = await model.forward(inputs);
    expect(plain.lastHiddenState.dims).toEqual(batch.hiddenStates.dims);
    expect(maxDifference(plain.lastHiddenState.data, floats(batch.hiddenStates.base64))).toBeLessThanOrEqual(1e-5);

    const typed = await model.forward({ ...inputs, tokenTypeIds: Int32Array.from(batch.tokenTypeIds.flat()) });
    expect(maxDifference(typed.lastHiddenState.data, floats(batch.typedHiddenStates.base64))).toBeLessThanOrEqual(1e-5);
  });

  test("a batch in many parts is the same as its rows one by one", async () => {
    await using model = await AutoModel.fromPretrained(tinyBertFolder);
    const rows = 200;
    const inputIds = Int32Array.from({ length: rows * 16 }, (_, index) => 5 + ((index * 7) % 60));
    const all = await model.forward({ inputIds, attentionMask: new Int32Array(rows * 16).fill(1), dims: [rows, 16] });
    const last = await model.forward({
      inputIds: inputIds.slice(-16),
      attentionMask: new Int32Array(16).fill(1),
      dims: [1, 16],
    });
    expect(maxDifference(all.lastHiddenState.data.slice(-16 * 48), last.lastHiddenState.data)).toBeLessThanOrEqual(
      1e-6,
    );
  });
});

describe("inputs that do not fit are refused", () => {
  test("by the tokenizer", async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(tinyBertFolder);
    await expect(tokenizer.encode(["a", "the cat"])).rejects.toMatchObject({ code: "input_invalid" });
    expect((await tokenizer.encode("the cat")).dims).toEqual([1, 4]);
    expect((await tokenizer.encode([], { padding: true })).dims).toEqual([0, 0]);
    expect((await tokenizer.encode(["a ".repeat(99)], { truncation: true, maxLength: 12 })).dims).toEqual([1, 12]);
  });

  test("by the model", async () => {
    await using model = await AutoModel.fromPretrained(tinyBertFolder);
    const forward = (length: number, dims: [number, number]) =>
      model.forward({ inputIds: ones(length), attentionMask: ones(length), dims });
    await expect(forward(4, [1, 5])).rejects.toMatchObject({ code: "input_invalid" });
    await expect(forward(45, [1, 45])).rejects.toMatchObject({ code: "input_invalid" });
    await expect(
      model.forward({ inputIds: Int32Array.of(1, 99_999), attentionMask: ones(2), dims: [1, 2] }),
    ).rejects.toMatchObject({
      code: "inference_failed",
    });
    expect((await forward(0, [0, 0])).lastHiddenState.data).toHaveLength(0);
    expect((await forward(4, [1, 4])).lastHiddenState.dims).toEqual([1, 4, 48]); // a failed batch does no harm to the next
  });
});

function ones(length: number): Int32Array {
  return new Int32Array(length).fill(1);
}
