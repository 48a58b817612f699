import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { productModel } from "./product-model.ts";
import { nodeTimes } from "./session-profile.ts";
import { sharesOf, weightProducts } from "./shares.ts";

describe("productModel", () => {
  const size = { rows: 2, inputs: 3, outputs: 4 };
  test("multiplies float32 numbers", async () => {
    const session = await InferenceSession.create(productModel("fp32", size));
    const x = [1, 2, 3, 4, 5, 6];
    const { y } = await session.run({ x: new Tensor("float32", Float32Array.from(x), [2, 3]) });
    expect(y?.dims).toEqual([2, 4]);
    const wanted = expected((byte) => byte / 256, x);
    expect(y?.data).toHaveLength(8);
    for (const [index, value] of wanted.entries()) expect(y?.data[index]).toBeCloseTo(value, 4);
    await session.release();
  });

  test("multiplies bytes without a sign by bytes with one", async () => {
    const session = await InferenceSession.create(productModel("int8", size));
    const x = [1, 2, 3, 200, 5, 6];
    const { y } = await session.run({ x: new Tensor("uint8", Uint8Array.from(x), [2, 3]) });
    expect(y?.data).toEqual(Int32Array.from(expected((byte) => (byte < 128 ? byte : byte - 256), x)));
    await session.release();
  });
});

test("a profile is read kernel by kernel, the first runs left out", () => {
  const events = [event("a", 900), event("b", 50), event("a", 10), event("a", 12), event("a", 11), event("b", 5)];
  const others = [
    { cat: "Session", name: "model_run", dur: 7 },
    { ...event("a", 3), name: "a_fence_before" },
  ];
  expect(nodeTimes([...events, ...others], 1)).toEqual([
    { name: "a", operator: "Gemm", input: [8, 3], output: [8, 4], microseconds: 11 },
    { name: "b", operator: "Gemm", input: [8, 3], output: [8, 4], microseconds: 5 },
  ]);
});

describe("shares", () => {
  const nodes = [
    { name: "a", operator: "Gemm", input: [8, 3], output: [8, 4], microseconds: 30 },
    { name: "b", operator: "Gemm", input: [2, 4, 3], output: [2, 4, 4], microseconds: 30 },
    { name: "c", operator: "MatMulIntegerToFloat", input: [8, 3], output: [8, 4], microseconds: 10 },
    { name: "d", operator: "MatMul", input: [2, 12, 4, 4], output: [2, 12, 4, 32], microseconds: 5 },
    { name: "e", operator: "Add", input: [8, 3], output: [8, 3], microseconds: 25 },
  ];

  test("add up to all of the time", () => {
    const shares = sharesOf(nodes, 8);
    expect(shares.map(({ operator, count, percent }) => [operator, count, percent])).toEqual([
      ["Gemm 3 × 4", 2, 60],
      ["Add", 1, 25],
      ["MatMulIntegerToFloat 3 × 4", 1, 10],
      ["MatMul", 1, 5],
    ]);
    expect(shares[0]?.ns_per_token).toBe(7500);
  });

  test("products with weights are those of all tokens, not what attention multiplies", () => {
    expect(weightProducts(nodes, 8)).toEqual([
      { kind: "fp32", inputs: 3, outputs: 4, count: 2, microseconds: 60 },
      { kind: "int8", inputs: 3, outputs: 4, count: 1, microseconds: 10 },
    ]);
  });
});

/** x [2,3] times the weights that `productModel` makes for [3,4]. */
function expected(valueOf: (byte: number) => number, x: readonly number[]): number[] {
  return Array.from({ length: 8 }, (_, index) => {
    const [row, column] = [Math.floor(index / 4), index % 4];
    const terms = [0, 1, 2].map((inner) => (x[row * 3 + inner] ?? 0) * valueOf(((inner * 4 + column) * 97) % 256));
    return terms.reduce((sum, term) => sum + term, 0);
  });
}

function event(name: string, dur: number) {
  const args = { op_name: "Gemm", input_type_shape: [{ float: [8, 3] }], output_type_shape: [{ float: [8, 4] }] };
  return { cat: "Node", name: `${name}_kernel_time`, dur, args };
}
