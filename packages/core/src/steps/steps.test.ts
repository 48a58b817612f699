import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { readActivationsGolden } from "../../../../testing/golden/folders.ts";
import { floats } from "../../../../testing/golden/golden.ts";
import { GraphBuilder } from "../graph/graph-builder.ts";
import { denseActivationNames, denseActivations } from "./dense-activation.ts";
import { describeSteps, excludesPrompt, isNormalized, stepTypes, tokenSize, vectorSize } from "./registry.ts";
import type { SentenceStep } from "./registry.ts";

const { input, outputs } = await readActivationsGolden();

describe("activations of a Dense step", () => {
  test("are all compared with torch", () => {
    expect(Object.keys(outputs).toSorted()).toEqual(denseActivationNames.toSorted());
  });

  test.each(denseActivationNames)("%s equals torch", async (name) => {
    const graph = new GraphBuilder();
    const x = graph.input("x", { type: "float32", dims: ["n"] });
    graph.output("y", denseActivations[name](graph, x), { type: "float32", dims: ["n"] });
    const session = await InferenceSession.create(graph.finish(), { logSeverityLevel: 4, intraOpNumThreads: 1 });
    const values = floats(input.base64);
    const { y } = await session.run({ x: new Tensor("float32", values, [values.length]) });
    await session.release();
    const expected = floats(outputs[name]?.base64 ?? "");
    const computed = y?.data instanceof Float32Array ? y.data : new Float32Array();
    expect(computed).toHaveLength(expected.length);
    for (const [index, value] of computed.entries()) {
      const reference = expected[index] ?? Number.NaN;
      expect(Math.abs(value - reference)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(reference)));
    }
  });
});

const onSentences = { input: "sentence_embedding", output: "sentence_embedding" } as const;
const pooling: SentenceStep = { kind: "pooling", modes: ["mean", "max"], includePrompt: true };
const normalize: SentenceStep = { kind: "normalize", ...onSentences };
const dense: SentenceStep = {
  kind: "dense",
  path: "2_Dense",
  inputs: 8,
  outputs: 3,
  bias: true,
  activation: "Tanh",
  residual: false,
  ...onSentences,
};

test("sizes follow the steps", () => {
  expect(vectorSize([pooling], { hiddenSize: 4 })).toBe(8);
  expect(vectorSize([pooling, dense, normalize], { hiddenSize: 4 })).toBe(3);
  expect(tokenSize([pooling, dense], { hiddenSize: 4 })).toBe(4);
  const onTokens: SentenceStep = { ...dense, inputs: 4, input: "token_embeddings", output: "token_embeddings" };
  expect([onTokens, pooling].map((_, index, steps) => vectorSize(steps.slice(index), { hiddenSize: 4 }))).toEqual([
    6, 8,
  ]);
  expect(tokenSize([onTokens], { hiddenSize: 4 })).toBe(3);
  expect(() => vectorSize([pooling, dense], { hiddenSize: 5 })).toThrowError(/takes 8 components .* gives 10/u);
});

test("the identity names all that weights and hashes do not say", () => {
  const named: [SentenceStep[], string][] = [
    [[{ ...pooling, modes: ["mean"] }, normalize], "mean:normalized"],
    [[{ ...pooling, modes: ["cls"] }], "cls"],
    [[pooling, { ...dense, residual: true }], "mean+max:dense3-tanh-residual"],
    [[{ ...pooling, includePrompt: false }], "mean+max-without-prompt"],
    [[pooling, { kind: "layer_norm", path: "2_LayerNorm", size: 8 }], "mean+max:layernorm"],
    [[{ ...dense, input: "token_embeddings", output: "token_embeddings" }, pooling], "dense3-tanh-tokens:mean+max"],
  ];
  for (const [steps, name] of named) expect(describeSteps(steps)).toBe(name);
});

test("vectors have length 1 only when normalization is the last that changes them", () => {
  expect(isNormalized([pooling, normalize])).toBe(true);
  expect(isNormalized([pooling])).toBe(false);
  expect(isNormalized([pooling, normalize, dense])).toBe(false);
  const tokensAfter: SentenceStep = { kind: "normalize", input: "token_embeddings", output: "token_embeddings" };
  expect(isNormalized([pooling, normalize, tokensAfter])).toBe(true);
  expect(isNormalized([tokensAfter, pooling])).toBe(false);
});

test("a prompt is left out of the pooling only where a step says so", () => {
  expect(excludesPrompt([pooling])).toBe(false);
  expect(excludesPrompt([normalize, { ...pooling, includePrompt: false }])).toBe(true);
});

test("every way of writing a pooling down", () => {
  expect(read({ pooling_mode: "cls" })).toMatchObject({ modes: ["cls"], includePrompt: true });
  expect(read({ pooling_mode: ["max", "mean"], include_prompt: false })).toMatchObject({
    modes: ["max", "mean"],
    includePrompt: false,
  });
  expect(read({ word_embedding_dimension: 3 })).toMatchObject({ modes: ["mean"] });
  expect(read({ pooling_mode_lasttoken: true, pooling_mode_cls_token: true })).toMatchObject({
    modes: ["cls", "lasttoken"],
  });
  expect(read({ pooling_mode_mean_tokens: true, pooling_mode: "max" })).toMatchObject({ modes: ["max"] });
});

function read(config: object): unknown {
  return stepTypes["Pooling"]?.config.parse(config)("1_Pooling");
}
