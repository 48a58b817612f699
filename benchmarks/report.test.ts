import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { performancePage } from "./report.ts";

test("docs/performance.md holds the figures of the committed result", () => {
  const result = JSON.parse(readFileSync(new URL("results/smoke.json", import.meta.url), "utf8"));
  expect(readFileSync(new URL("../docs/performance.md", import.meta.url), "utf8")).toBe(performancePage(result));
});
