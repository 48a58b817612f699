import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("without options everybody indexes all of SciFact", () => {
  const { corpus, rounds, limitDocuments, only, output } = readOptions([]);
  expect(corpus).toMatch(/data.scifact$/);
  expect([rounds, limitDocuments]).toEqual([3, undefined]);
  expect(only.map(({ name }) => name)).toEqual(["galen-fp32", "galen-int8", "txtai"]);
  expect(output).toMatch(/results.peers\.json$/);
});

test.each([
  [["--rounds", "0"], "--rounds"],
  [["--limit-documents", "some"], "--limit-documents"],
  [["--only", "lucene"], "there is no contestant lucene"],
  [["--nonsense"], "--nonsense"],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
