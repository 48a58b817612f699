import { describe, expect, test } from "vitest";

import { floats, maxDifference, readTinyBertGolden } from "../../../../../testing/golden/golden.ts";
import { runPooling, testPooling } from "./pooling.contract.ts";
import { readOutputsGolden } from "../../../../../testing/golden/outputs.ts";
import { poolingModes } from "./pooling.ts";
import type { PoolingMode } from "./pooling.ts";

for (const mode of poolingModes) testPooling(mode);

test("every mode, alone and joined, equals sentence-transformers on batches padded on either side", async () => {
  const { batch, poolings } = await readTinyBertGolden();
  const [texts = 0, tokens = 0, hidden = 0] = batch.hiddenStates.dims;
  const right = { states: floats(batch.hiddenStates.base64), mask: Int32Array.from(batch.attentionMask.flat()) };
  const left = { states: flipRows(right.states, tokens, hidden), mask: flipRows(right.mask, tokens, 1) };
  expect(new Set(poolings.flatMap(({ modes }) => modes))).toEqual(new Set(poolingModes));

  for (const { modes, paddedLeft, vectors } of poolings) {
    const { states, mask } = paddedLeft ? left : right;
    const batchOfSide = { hiddenStates: states, dims: [texts, tokens, hidden] as const, attentionMask: mask };
    const pooled = await runPooling(modes as PoolingMode[], batchOfSide);
    expect(
      maxDifference(pooled, floats(vectors.base64)),
      `${modes.join("+")} ${paddedLeft ? "left" : "right"}`,
    ).toBeLessThanOrEqual(1e-5);
  }
});

test("masks with holes, of padding alone and of one token, and zero vectors: equal to sentence-transformers", async () => {
  const { hiddenStates, attentionMask, poolings } = (await readOutputsGolden()).pooling;
  const [texts = 0, tokens = 0, hidden = 0] = hiddenStates.dims;
  const batch = {
    hiddenStates: floats(hiddenStates.base64),
    dims: [texts, tokens, hidden] as const,
    attentionMask: Int32Array.from(attentionMask),
  };
  expect(poolings).toHaveLength(13);
  for (const { modes, vectors } of poolings) {
    const pooled = await runPooling(modes as PoolingMode[], batch);
    const expected = floats(vectors.base64);
    // −∞ less −∞ is not a number: the maxima over nothing are compared by themselves.
    const finite = pooled.map((value, index) =>
      value === expected[index] ? 0 : value - (expected[index] ?? Number.NaN),
    );
    expect(maxDifference(finite, new Float32Array(expected.length)), modes.join("+")).toBeLessThanOrEqual(1e-6);
  }
});

describe("a row of padding alone", () => {
  const batch = {
    hiddenStates: Float32Array.of(1, 2, 3, 4),
    dims: [1, 2, 2],
    attentionMask: new Int32Array(2),
  } as const;
  const nothing: Record<PoolingMode, readonly number[]> = {
    mean: [0, 0],
    mean_sqrt_len_tokens: [0, 0],
    weightedmean: [0, 0],
    lasttoken: [0, 0],
    cls: [1, 2],
    max: [-Infinity, -Infinity],
  };
  test.each(poolingModes)("%s", async (mode) => {
    expect([...(await runPooling([mode], batch))]).toEqual(nothing[mode]);
  });
});

function flipRows<Data extends Float32Array | Int32Array>(data: Data, tokens: number, size: number): Data {
  return data.map((_, index) => {
    const [row, token, component] = [
      Math.floor(index / (tokens * size)),
      Math.floor(index / size) % tokens,
      index % size,
    ];
    return data[(row * tokens + tokens - 1 - token) * size + component] ?? Number.NaN;
  }) as Data;
}
