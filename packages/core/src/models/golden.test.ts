import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { compareWithReference } from "../../../../testing/golden/compare.ts";
import { readGoldenModels } from "../../../../testing/golden/golden.ts";
import { readBlock } from "../../../../testing/golden/table-block.ts";
import { ModelError } from "../errors.ts";
import { configureEncoder } from "./registry.ts";

const models = await readGoldenModels();

describe("equals the reference, padded and alone", () => {
  test.each(models.map((model) => [model.name, model] as const))("%s", async (_, model) => {
    const comparison = await compareWithReference(model);
    expect(comparison.wrongIds).toEqual([]);
    expect(comparison.hiddenStates).toBeLessThanOrEqual(1e-5);
    expect(comparison.vectors).toBeLessThanOrEqual(1e-5);
    expect(comparison.logits ?? 0).toBeLessThanOrEqual(1e-5);
    expect(comparison.neighbours).toBeLessThanOrEqual(1e-6);
    expect(comparison.paddingIsHarmless).toBe(true);
    expect(comparison.logits === undefined).toBe(model.golden.logits === undefined);
  });
});

test("every architecture has a golden model, and one with a classification head", () => {
  const supported = supportedTypes();
  expect(supported.length).toBeGreaterThan(5);
  expect([...new Set(models.map(({ golden }) => golden.architecture))].toSorted()).toEqual(supported);
  const withHead = models.filter(({ golden }) => golden.logits !== undefined);
  expect([...new Set(withHead.map(({ golden }) => golden.architecture))].toSorted()).toEqual(supported);
});

test("docs/models.md has a row for every golden model", async () => {
  const page = await readFile(new URL("../../../../docs/models.md", import.meta.url), "utf8");
  const documented = readBlock(page)?.matchAll(/^\| (?<model>[^|]+?) +\|/gmu) ?? [];
  const names = [...documented].map(({ groups }) => groups?.["model"]);
  for (const { name } of models) expect(names).toContain(name);
});

function supportedTypes(): string[] {
  try {
    configureEncoder({ model_type: "none" });
  } catch (error) {
    if (error instanceof ModelError) return (error.details["supported"] as string[]).toSorted();
    throw error;
  }
  return [];
}
