import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { floats, maxDifference, tinyBertFolder } from "../../../testing/golden/golden.ts";
import { crossEncoderFolder, readOutputsGolden } from "../../../testing/golden/outputs.ts";
import type { OutputsGolden } from "../../../testing/golden/outputs.ts";
import { CrossEncoder } from "./cross-encoder.ts";
import type { TextPair } from "./cross-encoder.ts";
import type { ActivationName } from "./vectors/activation.ts";

let golden: OutputsGolden["crossEncoders"];
let bert: CrossEncoder;
let labels: CrossEncoder;

beforeAll(async () => {
  golden = (await readOutputsGolden()).crossEncoders;
  [bert, labels] = await Promise.all([
    CrossEncoder.load(crossEncoderFolder("cross-bert"), { workers: 1 }),
    CrossEncoder.load(crossEncoderFolder("cross-labels"), { workers: 1 }),
  ]);
});
afterAll(() => Promise.all([bert[Symbol.asyncDispose](), labels[Symbol.asyncDispose]()]));

describe("against sentence-transformers on the same weights", () => {
  test.each(["cross-bert", "cross-roberta", "cross-labels"])("%s: ids, scores and ranking", async (name) => {
    const { pairs, models } = golden;
    const expected = models.find((model) => model.name === name);
    if (expected === undefined) throw new Error(`no golden values of ${name}`);
    await using model = await CrossEncoder.load(crossEncoderFolder(name), { workers: 2, threads: 1 });
    expect(model.maxSeqLength).toBe(expected.maxSeqLength);
    const tokenized = await model.tokenizer.encodePairs(pairs, { maxLength: model.maxSeqLength });
    expect(tokenized.map(({ ids }) => [...ids])).toEqual(expected.ids);

    expect(expected.calls.length).toBeGreaterThanOrEqual(6);
    for (const { arguments: given, scores } of expected.calls) {
      const actual = await model.predict(pairs, {
        activation: given.activation_fn?.toLowerCase() as ActivationName | undefined,
        applySoftmax: given.apply_softmax,
        prompt: given.prompt,
        promptName: given.prompt_name,
      });
      expect(actual.length).toBe(pairs.length * model.labels.length);
      expect(maxDifference(actual, floats(scores.base64)), JSON.stringify(given)).toBeLessThanOrEqual(1e-5);
    }

    const documents = pairs.map(([, document]) => document);
    const ranking = model.labels.length === 1 ? await model.rank("the cat", documents) : null;
    expect(ranking?.map(({ corpusId }) => corpusId)).toEqual(expected.ranking?.map((hit) => hit.corpus_id));
    for (const [rank, { score }] of (ranking ?? []).entries()) {
      expect(score).toBeCloseTo(expected.ranking?.[rank]?.score ?? Number.NaN, 5);
    }
  });
});

describe("what it says about itself", () => {
  test("labels, activation, prompts", async () => {
    expect(bert).toMatchObject({ model: "cross-bert", labels: ["LABEL_0"], activation: "sigmoid", prompts: {} });
    expect(labels).toMatchObject({ labels: ["contradiction", "entailment", "neutral"], activation: "tanh" });
    await using roberta = await CrossEncoder.load(crossEncoderFolder("cross-roberta"), { workers: 1 });
    expect(roberta).toMatchObject({ activation: "identity", prompts: { search: "the dog " }, maxSeqLength: 38 });
    expect(roberta.defaultPromptName).toBeUndefined();
  });

  test.each([
    [{ sentence_transformers: { activation_fn: "torch.nn.modules.activation.ReLU" } }, "relu"],
    [{ sentence_transformers: { activation_fn: "torch.nn.modules.linear.Identity" } }, "identity"],
    [{ sbert_ce_default_activation_function: "torch.nn.modules.activation.Tanh" }, "tanh"],
    [
      {
        sentence_transformers: { activation_fn: "torch.nn.modules.linear.Identity" },
        sbert_ce_default_activation_function: "torch.nn.modules.activation.Tanh",
      },
      "identity",
    ],
    [{ sbert_ce_default_activation_function: null }, "sigmoid"],
  ])("config.json %j means %s", async (config, activation) => {
    await using folder = await withConfig(config);
    await using model = await CrossEncoder.load(folder.path, { workers: 1 });
    expect(model.activation).toBe(activation);
  });

  test.each(["my_package.Sharpen", "torch.nn.modules.activation.Hardswish", "Sigmoid"])(
    "the activation %s is refused, unless another is given",
    async (path) => {
      await using folder = await withConfig({ sentence_transformers: { activation_fn: path } });
      await expect(CrossEncoder.load(folder.path)).rejects.toMatchObject({
        code: "architecture_unsupported",
        hint: expect.stringContaining("{ activation }") as string,
      });
      await using model = await CrossEncoder.load(folder.path, { activation: "identity", workers: 1 });
      expect(model.activation).toBe("identity");
    },
  );
});

describe("predict", () => {
  test("a pair's score depends neither on its neighbours nor on its place", async () => {
    const together = await bert.predict(golden.pairs);
    const reversed = (await bert.predict(golden.pairs.toReversed())).toReversed();
    const alone = await Promise.all(golden.pairs.map(async (pair) => (await bert.predict([pair]))[0] ?? Number.NaN));
    expect(maxDifference(together, reversed)).toBeLessThanOrEqual(1e-6);
    expect(maxDifference(together, Float32Array.from(alone))).toBeLessThanOrEqual(1e-6);
  });

  test("softmax makes the scores of each pair sum to 1 and changes nothing for one label", async () => {
    const scores = await labels.predict(golden.pairs, { applySoftmax: true });
    for (let pair = 0; pair < golden.pairs.length; pair++) {
      const [a = 0, b = 0, c = 0] = scores.subarray(pair * 3, pair * 3 + 3);
      expect(a + b + c).toBeCloseTo(1, 6);
    }
    expect(await bert.predict(golden.pairs, { applySoftmax: true })).toEqual(await bert.predict(golden.pairs));
  });

  test("no pairs, no scores; cut-off pairs are said to be", async () => {
    expect(await bert.predict([])).toEqual(new Float32Array());
    const reports: (readonly number[])[] = [];
    const long: TextPair = ["the cat ".repeat(200), "a dog"];
    await bert.predict([["a", "b"], long], { onProgress: ({ truncated }) => reports.push(truncated) });
    expect(reports.at(-1)).toEqual([1]);
  });

  test("a smaller limit cuts pairs shorter", async () => {
    await using short = await CrossEncoder.load(crossEncoderFolder("cross-bert"), { maxSeqLength: 8, workers: 1 });
    const pair: TextPair = ["the cat sat on the mat", "a dog"];
    expect(maxDifference(await short.predict([pair]), await bert.predict([pair]))).toBeGreaterThan(1e-5);
    await expect(CrossEncoder.load(crossEncoderFolder("cross-bert"), { maxSeqLength: 3 })).rejects.toMatchObject({
      code: "input_invalid",
      hint: "Choose a whole number from 4 to 40.",
    });
  });
});

describe("rank", () => {
  test("documents of one score keep their order; the best few; with their texts", async () => {
    const documents = ["a dog", "the cat", "a dog", "the cat", "a dog"];
    const all = await bert.rank("the mat", documents);
    expect(all.map(({ corpusId }) => corpusId)).toSatisfy(
      (order: number[]) => order.join() === "0,2,4,1,3" || order.join() === "1,3,0,2,4",
    );
    expect(await bert.rank("the mat", documents, { topK: 2 })).toEqual(all.slice(0, 2));
    expect(await bert.rank("the mat", documents, { topK: 99 })).toEqual(all);
    const [first] = await bert.rank("the mat", documents, { topK: 1, returnDocuments: true });
    expect(first).toEqual({ ...all[0], text: documents[all[0]?.corpusId ?? -1] });
    expect(await bert.rank("the mat", [])).toEqual([]);
  });

  test("a model of several labels does not rank", async () => {
    await expect(labels.rank("the mat", ["a dog"])).rejects.toMatchObject({
      code: "input_invalid",
      hint: expect.stringContaining("predict()") as string,
    });
  });
});

describe("what cannot be scored is refused", () => {
  test.each([
    ["no array", "pairs"],
    ["a text in place of a pair", ["text"]],
    ["one text", [["a"]]],
    ["three texts", [["a", "b", "c"]]],
    ["a number", [["a", 7]]],
    ["a hole", [["a", "b"], undefined]],
  ])("%s", async (_, pairs) => {
    await expect(bert.predict(pairs as unknown as TextPair[])).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("options of no sense", async () => {
    const pairs: TextPair[] = [["a", "b"]];
    const activation = "toString" as ActivationName;
    await expect(bert.predict(pairs, { activation })).rejects.toMatchObject({ code: "input_invalid" });
    await expect(bert.predict(pairs, { promptName: "query" })).rejects.toMatchObject({
      code: "input_invalid",
      hint: "It has no prompts.",
    });
    await expect(CrossEncoder.load(crossEncoderFolder("cross-bert"), { activation })).rejects.toMatchObject({
      code: "input_invalid",
    });
    for (const topK of [0, -1, 1.5, Number.NaN]) {
      await expect(bert.rank("a", ["b"], { topK })).rejects.toMatchObject({ code: "input_invalid" });
    }
    await expect(bert.rank(7 as unknown as string, ["b"])).rejects.toMatchObject({ code: "input_invalid" });
    await expect(bert.rank("a", [7] as unknown as string[])).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("a model without a head for scores", async () => {
    await expect(CrossEncoder.load(tinyBertFolder)).rejects.toMatchObject({ name: "ModelError" });
  });

  test("texts that are odd but texts have a score", async () => {
    const odd = ["", "\u0000", "\ud800", "a\udfff", "\ufffe", "x".repeat(100_000)];
    const scores = await bert.predict(odd.map((text): TextPair => [text, text]));
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
  });
});

describe("abort and disposal", () => {
  test("an abort stops the rest with its reason", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const pairs = Array.from({ length: 2000 }, (_, index): TextPair => [
      `the cat ${index}`,
      "a dog ".repeat(index % 15),
    ]);
    const call = bert.predict(pairs, { signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(call).rejects.toBe(reason);
    await expect(bert.rank("a", ["b"], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const loading = CrossEncoder.load(crossEncoderFolder("cross-bert"), { signal: AbortSignal.abort(reason) });
    await expect(loading).rejects.toBe(reason);
    expect(await bert.predict([["a", "b"]])).toHaveLength(1);
  });

  test("a disposed model says so", async () => {
    const model = await CrossEncoder.load(crossEncoderFolder("cross-bert"), { workers: 1 });
    await Promise.all([model[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
    await expect(model.predict([["a", "b"]])).rejects.toMatchObject({ code: "disposed" });
    await expect(model.rank("a", ["b"])).rejects.toMatchObject({ code: "disposed" });
  });
});

/** A copy of cross-bert whose config.json says more. */
async function withConfig(config: object): Promise<{ path: string } & AsyncDisposable> {
  const folder = await temporaryDirectory();
  await cp(crossEncoderFolder("cross-bert"), folder.path, { recursive: true });
  const file = join(folder.path, "config.json");
  const original = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...original, ...config }));
  return folder;
}
