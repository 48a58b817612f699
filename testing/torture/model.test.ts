import { expect, test } from "vitest";
import { replayCommand, runScenario } from "./run-scenario.ts";

test("2,000 random operations leave a collection as they leave the model", { timeout: 180_000 }, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { failures, operations } = await runScenario("model", { seed, scale: "twin", onProgress: () => {} });
  expect(failures, replayCommand({ scenario: "model", scale: "twin", seed })).toEqual([]);
  expect(operations).toBe(2_000);
});
