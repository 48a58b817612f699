import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("without options everybody takes part in everything", () => {
  const { only, parts, rounds, texts, output } = readOptions([]);
  expect(only.map(({ name }) => name)).toContain("torch-bf16");
  expect(parts).toEqual(["minilm", "base", "profile"]);
  expect([rounds, texts]).toEqual([5, 800]);
  expect(output).toMatch(/results.embed\.json$/);
});

test("contestants come in the order of the tables", () => {
  const { only } = readOptions(["--only", "txtai, galen-fp32"]);
  expect(only.map(({ name }) => name)).toEqual(["galen-fp32", "txtai"]);
});

test.each([
  [["--only", "galen-fp64"], "there is no contestant galen-fp64"],
  [["--parts", "maxilm"], "there is no part maxilm"],
  [["--rounds", "0"], "--rounds"],
  [["--texts", "many"], "--texts"],
  [["--nonsense"], "--nonsense"],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
