import * as fc from "fast-check";
import { expect, test } from "vitest";

import { TwoGenerationCache } from "./two-generation-cache.ts";

test("it holds no more than its capacity, and never a value of another key", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 40 })), { maxLength: 200 }),
      (capacity, steps) => {
        const cache = new TwoGenerationCache<number>(capacity);
        for (const [writes, number] of steps) {
          const key = `a key that is long enough to be a slice ${number}`;
          if (writes) cache.set(key, number);
          expect([undefined, number]).toContain(cache.get(key));
          expect(cache.size).toBeLessThanOrEqual(capacity + 1);
        }
      },
    ),
  );
});

test("what is asked for stays, what is not goes", () => {
  const cache = new TwoGenerationCache<string>(10);
  cache.set("asked for", "stays");
  for (let index = 0; index < 1000; index += 1) {
    cache.set(`passing ${index}`, "goes");
    expect(cache.get("asked for")).toBe("stays");
  }
  expect(cache.get("passing 0")).toBeUndefined();
});
