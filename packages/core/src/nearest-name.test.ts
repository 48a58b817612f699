import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

test.each([
  ["yaer", ["title", "year"], "year"],
  ["Sorce", ["tags", "source"], "source"],
  ["medqad", ["pubmed", "medquad"], "medquad"],
  ["x", ["title", "year"], undefined],
  ["completely", ["different"], undefined],
  ["year", [], undefined],
  ["prot", ["port", "host", "data", "body_limit"], "port"],
  ["PORT", ["port", "host", "data", "body_limit"], "port"],
  ["hots", ["port", "host", "data", "body_limit"], "host"],
  ["datta", ["port", "host", "data", "body_limit"], "data"],
  ["something-else", ["port", "host", "data", "body_limit"], undefined],
  ["", ["port", "host", "data", "body_limit"], undefined],
])("%s among %j is %s", (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});
