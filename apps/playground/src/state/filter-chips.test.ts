import type { Filter } from "@galen/db/schemas";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chipLabel, chipsOf, operatorsFor, parseValue, withCondition, withoutChip, type Chip } from "./filter-chips.ts";

const field = fc.string({ minLength: 1 }).filter((name) => !["and", "or", "not", "__proto__"].includes(name));
const condition = fc.record({
  field,
  operator: fc.constantFrom("ne" as const, "gt" as const, "gte" as const, "lt" as const, "contains" as const),
  value: fc.oneof(fc.string(), fc.integer()),
});

test("an added condition is a chip, and removing its chip restores the filter", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(condition, { selector: ({ field }) => field, maxLength: 5 }),
      condition,
      (existing, added) => {
        const others = existing.filter((one) => one.field !== added.field);
        let filter: Filter | undefined;
        for (const one of others) filter = withCondition(filter, one);
        const more = withCondition(filter, added);
        const chip: Chip = { kind: "condition", ...added };
        expect(chipsOf(more)).toContainEqual(chip);
        expect(withoutChip(more, chip)).toEqual(filter);
      },
    ),
  );
});

test("shows every form of the filter language", () => {
  const filter: Filter = {
    source: "NIDDK",
    topic: ["renal", "diabetes"],
    year: { gte: 2010, lt: 2020 },
    reviewed: { exists: false },
    or: [{ a: 1 }, { b: { ne: 2 } }],
    not: { c: true },
  };
  expect(chipsOf(filter).map(chipLabel)).toEqual([
    "source is NIDDK",
    "topic is any of renal, diabetes",
    "year ≥ 2010",
    "year < 2020",
    "reviewed is missing",
    "(a is 1) or (b is not 2)",
    "not (c is true)",
  ]);
});

test("a second value for the same field widens it", () => {
  const one = withCondition(undefined, { field: "source", operator: "eq", value: "NIDDK" });
  const two = withCondition(one, { field: "source", operator: "eq", value: "NHLBI" });
  expect(two).toEqual({ source: { in: ["NIDDK", "NHLBI"] } });
  expect(withCondition({ source: "NIDDK" }, { field: "source", operator: "eq", value: "NIDDK" })).toEqual({
    source: { eq: "NIDDK" },
  });
});

test("removing one of two conditions keeps the other, removing a group keeps the fields", () => {
  const filter: Filter = { year: { gte: 2010, lt: 2020 }, or: [{ a: 1 }] };
  const [first, , group] = chipsOf(filter);
  expect(withoutChip(filter, first as Chip)).toEqual({ year: { lt: 2020 }, or: [{ a: 1 }] });
  expect(withoutChip(filter, group as Chip)).toEqual({ year: { gte: 2010, lt: 2020 } });
});

test.each([
  ["2010", "number", 2010],
  ["n.d.", "number", undefined],
  ["true", "boolean", true],
  ["yes", "boolean", undefined],
  ["2010", "string", "2010"],
  ["2010-02-30x", "date", undefined],
  ["2010-02-03", "date", "2010-02-03"],
  ["2010", undefined, 2010],
  ["007", undefined, "007"],
  ["false", undefined, false],
  ["  ", undefined, undefined],
] as const)("%s as %s is %s", (text, type, value) => {
  expect(parseValue(text, type)).toBe(value);
});

test("every type offers at least equality or existence", () => {
  for (const type of ["string", "number", "boolean", "date", "string[]", undefined] as const)
    expect(operatorsFor(type)).toContain("exists");
});

test("an operator that there is not is named as it stands", () => {
  expect(chipsOf({ year: { above: 3 } }).map(chipLabel)).toEqual(["year above 3"]);
});
