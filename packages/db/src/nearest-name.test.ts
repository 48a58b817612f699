import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

test.each([
  ["yaer", ["title", "year"], "year"],
  ["Sorce", ["tags", "source"], "source"],
  ["medqad", ["pubmed", "medquad"], "medquad"],
  ["x", ["title", "year"], undefined],
  ["completely", ["different"], undefined],
  ["year", [], undefined],
])("%s among %j is %s", (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});
