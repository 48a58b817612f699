import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDate } from "./date.ts";
import { fieldValue, fitsField } from "./field-value.ts";
import { metadataLabels, metadataPaths, presenceLabel, valueLabel } from "./labels.ts";

describe("dates", () => {
  test.each([
    ["2019", "2019-01-01T00:00:00.000Z"],
    ["2019-05", "2019-05-01T00:00:00.000Z"],
    ["2019-05-04", "2019-05-04T00:00:00.000Z"],
    ["2019-05-04T10:20", "2019-05-04T10:20:00.000Z"],
    ["2019-05-04 10:20:30Z", "2019-05-04T10:20:30.000Z"],
    ["2019-05-04T10:20:30.123456+02:00", "2019-05-04T08:20:30.123Z"],
    ["2019-05-04T10:20:30-0530", "2019-05-04T15:50:30.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(new Date(parseDate(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  test.each([
    "",
    "2019-02-30",
    "2023-02-29",
    "2019-13",
    "2019-00-01",
    "20190501",
    "5 May 2019",
    "2019-05-04T25:00",
    "1556668800000",
  ])("%j is no date", (text) => expect(parseDate(text)).toBeUndefined());

  test("what toISOString writes is read back", () => {
    const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (date) => {
        expect(parseDate(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

describe("declared fields", () => {
  test.each([
    ["string", "a", 1],
    ["number", 1.5, "1"],
    ["number", -0, Number.NaN],
    ["number", 1, Number.POSITIVE_INFINITY],
    ["boolean", false, 0],
    ["date", "2019-05", "soon"],
    ["string[]", ["a"], ["a", 1]],
    ["string[]", [], "a"],
  ] as const)("%s takes %j and not %j", (type, good, bad) => {
    expect(fitsField(good, type)).toBe(true);
    expect(fitsField(bad, type)).toBe(false);
    expect(() => fieldValue(bad, type)).toThrow(TypeError);
    expect(fieldValue(null, type)).toBeUndefined();
  });
});

describe("labels of undeclared metadata", () => {
  test("scalars, members of lists and nested members, by path and value", () => {
    const metadata = { year: 2019, text: "2019", list: ["a", 1, null], deep: { er: true }, none: null, declared: 1 };
    expect(metadataLabels(metadata, { declared: "number" })).toEqual([
      "year",
      "year=2019",
      "text",
      'text="2019"',
      "list",
      'list="a"',
      "list=1",
      "deep",
      "deep.er",
      "deep.er=true",
    ]);
    expect(metadataPaths([metadata], {})).toEqual(["year", "text", "list", "deep", "deep.er", "declared"]);
  });

  test("different conditions have different labels", () => {
    const path = fc.string({ unit: fc.constantFrom("a", "=", "%", "1", '"', "#") });
    const value = fc.oneof(fc.string({ maxLength: 300 }), fc.integer(), fc.boolean());
    fc.assert(
      fc.property(path, value, path, value, (path, value, otherPath, other) => {
        expect(valueLabel(path, value) === valueLabel(otherPath, other)).toBe(path === otherPath && value === other);
        expect(presenceLabel(path)).not.toBe(valueLabel(otherPath, other));
      }),
    );
  });

  test("a long value is labelled by a hash", () => {
    expect(valueLabel("abstract", "x".repeat(10_000)).length).toBeLessThan(64);
  });
});
