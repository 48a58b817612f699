import type { Task } from "@galen/server/client";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { documentRate, progressRatio, secondsLeft } from "./task-progress.ts";

const count = fc.nat(1_000_000);
const progress: fc.Arbitrary<Task["progress"]> = fc
  .record({
    documents: count,
    bytesRead: count,
    bytesTotal: count,
    passages: count,
    unchanged: count,
    failed: count,
    elapsedMs: count,
  })
  .map((counts) => ({ phase: "indexing", ...counts }));

test("a share is between 0 and 1 and never NaN, a rate and a rest are finite", () => {
  fc.assert(
    fc.property(progress, fc.option(count, { nil: undefined }), (progress, total) => {
      const known = total === undefined ? progress : { ...progress, total };
      for (const value of [progressRatio(known), documentRate(known), secondsLeft(known)])
        expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
      expect(progressRatio(known) ?? 0).toBeLessThanOrEqual(1);
    }),
  );
});

test("counts failed records as done, prefers records to bytes, and estimates only when it knows enough", () => {
  const half: Task["progress"] = {
    phase: "indexing",
    documents: 45,
    failed: 5,
    total: 100,
    bytesRead: 1,
    bytesTotal: 100,
    passages: 60,
    unchanged: 0,
    elapsedMs: 10_000,
  };
  expect(progressRatio(half)).toBe(0.5);
  expect(documentRate(half)).toBe(4.5);
  expect(secondsLeft(half)).toBe(10);
  expect(secondsLeft({ ...half, elapsedMs: 4_000 })).toBeUndefined();
  expect(progressRatio({ ...half, total: 0 })).toBe(0.01);
  expect(progressRatio({ ...half, total: 0, bytesTotal: 0 })).toBeUndefined();
});
