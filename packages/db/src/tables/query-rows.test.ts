import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arrow } from "./arrow.ts";
import { rowVectors, strings } from "./query-rows.ts";
import { vectorType } from "./passage-schema.ts";

const text = fc.oneof(fc.string({ unit: "grapheme-ascii" }), fc.string({ unit: "grapheme" }));

test("strings come back as they were stored, in any script, in several chunks, in slices", () => {
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (first, second) => {
      const column = arrow.vectorFromArray([...first, "end"], new arrow.Utf8());
      const more = arrow.vectorFromArray(["start", ...second], new arrow.Utf8());
      const table = new arrow.Table({ id: column.concat(more) });
      const expected = [...first, "end", "start", ...second];
      expect(strings(table, "id")).toEqual(expected);
      expect(strings(table.slice(1, expected.length - 1), "id")).toEqual(expected.slice(1, -1));
      expect(strings(table, "other")).toEqual([]);
    }),
  );
});

test("vectors come back row by row", () => {
  const rows = [new Float32Array([1, 2]), new Float32Array([3, 4]), new Float32Array([5, 6])];
  const column = arrow.vectorFromArray(
    rows.map((row) => [...row]),
    vectorType(2),
  );
  expect(rowVectors(new arrow.Table({ v_x: column }), "v_x")).toEqual(rows);
});
