import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

it.each([
  ["prot", "port"],
  ["PORT", "port"],
  ["hots", "host"],
  ["datta", "data"],
  ["something-else", undefined],
  ["", undefined],
])("%j means %j", (typed, meant) => {
  expect(nearestName(typed, ["port", "host", "data", "body_limit"])).toBe(meant);
});
