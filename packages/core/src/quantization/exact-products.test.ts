import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { GraphBuilder } from "../graph/graph-builder.ts";
import { openSession } from "../tensors/session.ts";
import { addLargestProducts, isExact, requireExactProducts } from "./exact-products.ts";

const CPU_FLAGS = "/proc/cpuinfo"; // Linux

// Products saturate on x86 only, and there the flags tell where.
test("the products are exact where the processor has instructions for them", async () => {
  const graph = new GraphBuilder();
  addLargestProducts(graph);
  const session = await openSession({ model: graph.finish(), weightsFolder: process.cwd(), threads: 1 });
  const { data } = await session.run({});
  await session.release();
  const flags = process.arch === "x64" && existsSync(CPU_FLAGS) ? readFileSync(CPU_FLAGS, "utf8") : "vnni";
  expect(isExact(data)).toBe(/vnni|amx_int8/u.test(flags));
});

const sums = (sum: number, length = 64): Float32Array => new Float32Array(length).fill(sum);
const [exact, saturated] = [64 * 255 * 127, 32 * 32_767];

test("sums that saturate in 16 bits, or are not all there, are told from exact ones", () => {
  expect(isExact(sums(exact))).toBe(true);
  expect(isExact(sums(saturated))).toBe(false);
  expect(isExact(sums(exact, 63))).toBe(false);
  expect(isExact(sums(exact).fill(saturated, 40, 41))).toBe(false);
});

test("int8 is refused where it would be wrong", () => {
  expect(() => requireExactProducts(sums(exact))).not.toThrow();
  expect(() => requireExactProducts(sums(saturated))).toThrowError(
    expect.objectContaining({ code: "precision_unsupported" }),
  );
});
