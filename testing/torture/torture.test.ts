import { expect, test } from "vitest";
import { scenarios } from "./registry.ts";
import type { ScenarioName } from "./registry.ts";
import { replayCommand, runScenario } from "./run-scenario.ts";

/** The short twin of `npm run torture`: another seed each time, which the failure names. The model has a file of its own. */
const names = (Object.keys(scenarios) as ScenarioName[]).filter((name) => name !== "model");

test.each(names)("the database survives: %s", { timeout: 120_000 }, async (name) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { failures, operations } = await runScenario(name, { seed, scale: "twin", onProgress: () => {} });
  expect(failures, replayCommand({ scenario: name, scale: "twin", seed })).toEqual([]);
  expect(operations).toBeGreaterThan(0);
});
