import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { isExact, requireExactProducts } from "./exact-products.ts";
import { exactWeightBytes, multipliesExactly } from "./exact-weight-bytes.ts";

const CPU_FLAGS = "/proc/cpuinfo"; // Linux

// Products saturate on x86 only, and there the flags tell where.
test("the products are exact where the processor has instructions for them", async () => {
  const flags = process.arch === "x64" && existsSync(CPU_FLAGS) ? readFileSync(CPU_FLAGS, "utf8") : "vnni";
  const isMadeForInt8 = /vnni|amx_int8/u.test(flags);
  expect(await multipliesExactly("int8")).toBe(isMadeForInt8);
  expect(await exactWeightBytes()).toBe(isMadeForInt8 ? "int8" : "uint8");
});

test("the products with uint8 are exact everywhere", async () => {
  expect(await multipliesExactly("uint8")).toBe(true);
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
