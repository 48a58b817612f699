import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { isExact, productsAreExact, requireExactProducts } from "./exact-products.ts";

const CPU_FLAGS = "/proc/cpuinfo"; // Linux

// Products saturate on x86 only, and there the flags tell where.
test("the products are exact where the processor has instructions for them, and the answer is kept", async () => {
  const first = productsAreExact();
  const flags = process.arch === "x64" && existsSync(CPU_FLAGS) ? readFileSync(CPU_FLAGS, "utf8") : "vnni";
  expect(await first).toBe(/vnni|amx_int8/u.test(flags));
  expect(productsAreExact()).toBe(first);
});

const sums = (sum: number, length = 64): Float32Array => new Float32Array(length).fill(sum);

test("sums that saturate in 16 bits, or are not all there, are told from exact ones", () => {
  const [exact, saturated] = [64 * 255 * 127, 32 * 32_767];
  expect(isExact(sums(exact))).toBe(true);
  expect(isExact(sums(saturated))).toBe(false);
  expect(isExact(sums(exact, 63))).toBe(false);
  expect(isExact(sums(exact).fill(saturated, 40, 41))).toBe(false);
});

test("int8 is refused where it would be wrong", () => {
  expect(() => requireExactProducts(true)).not.toThrow();
  expect(() => requireExactProducts(false)).toThrowError(expect.objectContaining({ code: "input_invalid" }));
});
