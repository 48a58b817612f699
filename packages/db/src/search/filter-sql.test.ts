import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { Filter } from "../schemas/filter.ts";
import { matches } from "./filter-meaning.fixture.ts";
import { filterSql } from "./filter-sql.ts";
import { filterTree } from "./filter-tree.ts";

const fields = { year: "number", label: "string", open: "boolean", day: "date", mesh: "string[]" } as const;
const context = { fields, seen: ["topic", "nested.deep"], idsContaining: async () => ["a'b"] };
const compile = async (filter: unknown) => filterSql(filterTree(filter), context);

describe("compilation", () => {
  test("several conditions must all hold, a bare value is eq, a bare list is in", async () => {
    expect(await compile({ year: { gte: 2010, lt: 2020 }, label: "x", mesh: ["a", "b"] })).toBe(
      "(`f_year` IS NOT NULL AND `f_year` >= CAST('2010' AS DOUBLE)) AND (`f_year` IS NOT NULL AND `f_year` < CAST('2020' AS DOUBLE))" +
        " AND (`f_label` IS NOT NULL AND `f_label` = 'x') AND (`f_mesh` IS NOT NULL AND array_has_any(`f_mesh`, ['a','b']))",
    );
    expect(await compile({})).toBe("true");
    expect(await compile({ not: {} })).toBe("false");
    expect(await compile({ or: [] })).toBe("false");
    expect(await compile({ text: { contains: "x" } })).toBe("`doc_id` IN ('a''b')");
  });

  test.each([
    [{ yaer: 1 }, "filter_field_unknown", "/yaer"],
    [{ year: "2010" }, "filter_invalid", "/year"],
    [{ year: { prefix: "2" } }, "filter_invalid", "/year/prefix"],
    [{ open: { gt: 1 } }, "filter_invalid", "/open/gt"],
    [{ day: { gt: "2019-02-30" } }, "filter_invalid", "/day/gt"],
    [{ mesh: { gt: "a" } }, "filter_invalid", "/mesh/gt"],
    [{ topic: { gt: 1 } }, "filter_invalid", "/topic/gt"],
    [{ text: "whole text" }, "filter_invalid", "/text"],
    [{ and: [{ label: "a" }, { label: { eq: 1 } }] }, "filter_invalid", "/and/1/label/eq"],
    [{ "a/b~c": 1 }, "filter_field_unknown", "/a~1b~0c"],
    [{ year: {} }, "filter_invalid", "/year"],
    [{ year: { like: "x" } }, "filter_invalid", "/year"],
    [{ year: Number.NaN }, "filter_invalid", "/year"],
    [{ and: "x" }, "filter_invalid", "/and"],
    ["text", "filter_invalid", ""],
    [[], "filter_invalid", ""],
  ])("%j is refused with %s at %s", async (filter, code, pointer) => {
    await expect(compile(filter)).rejects.toMatchObject({ code, details: { pointer } });
  });

  test("a misspelt field is named, an undeclared one is told to be declared", async () => {
    await expect(compile({ yaer: 1 })).rejects.toMatchObject({ hint: 'Did you mean "year"?' });
    await expect(compile({ topic: { contains: "x" } })).rejects.toMatchObject({
      hint: expect.stringMatching(/^Declare the field/),
    });
  });

  test("prototype names are fields like others", async () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      const filter: unknown = JSON.parse(`{"${name}":"x"}`);
      await expect(compile(filter)).rejects.toMatchObject({ code: expect.stringMatching(/^filter_/) });
    }
  });

  test("depth, conditions and values are bounded, without a stack overflow", async () => {
    let deep: unknown = { year: 1 };
    for (let level = 0; level < 100_000; level++) deep = { not: deep };
    await expect(compile(deep)).rejects.toMatchObject({ code: "filter_invalid" });
    const wide = { or: Array.from({ length: 1_001 }, () => ({ year: 1 })) };
    await expect(compile(wide)).rejects.toMatchObject({ code: "filter_invalid" });
    const long = { year: { in: Array.from({ length: 10_001 }, () => 1) } };
    await expect(compile(long)).rejects.toMatchObject({ code: "filter_invalid" });
  });
});

interface Stored {
  readonly id: string;
  readonly text: string;
  readonly title?: string;
  readonly tags?: string[];
  readonly metadata: Record<string, unknown>;
}

/** Strings that would break a predicate built by hand, and few enough that random filters match. */
const word = fc.constantFrom(
  "a",
  "b",
  "a'b",
  "''",
  "\\",
  "%_",
  "é😀",
  "-- x",
  "') OR true OR ('",
  "`f`",
  "line\nbreak",
  "",
);
const nonEmpty = word.filter((text) => text !== "");
const year = fc.constantFrom(-1.5, 0, 2010, 2020, 1e21);
const day = fc.constantFrom("2019", "2019-05-01", "2020-01-01T10:00:00+02:00");
const stored: fc.Arbitrary<Omit<Stored, "id">> = fc.record(
  {
    text: nonEmpty.map((text) => `text ${text}`),
    title: nonEmpty,
    tags: fc.array(nonEmpty, { maxLength: 3 }),
    metadata: fc.record(
      {
        year,
        label: word,
        open: fc.boolean(),
        day,
        mesh: fc.array(word, { maxLength: 3 }),
        topic: fc.oneof(word, year, fc.boolean(), fc.array(word, { maxLength: 2 }), fc.constant(null)),
        nested: fc.record({ deep: word }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["text", "metadata"] },
);

const equality = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(
    value,
    fc.array(value, { maxLength: 3 }),
    fc.record({ eq: value }),
    fc.record({ ne: value }),
    fc.record({ in: fc.array(value, { maxLength: 3 }) }),
    fc.record({ nin: fc.array(value, { maxLength: 3 }) }),
    fc.record({ exists: fc.boolean() }),
  );
const order = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(...(["gt", "gte", "lt", "lte"] as const).map((name) => fc.record({ [name]: value })));
const part = fc.oneof(fc.record({ contains: nonEmpty }), fc.record({ prefix: nonEmpty }));
const condition = fc.oneof(
  fc.record({ year: fc.oneof(equality(year), order(year)) }),
  fc.record({ label: fc.oneof(equality(word), order(word), part) }),
  fc.record({ open: equality(fc.boolean()) }),
  fc.record({ day: fc.oneof(equality(day), order(day)) }),
  fc.record({ mesh: fc.oneof(equality(word), part) }),
  fc.record({ topic: equality(fc.oneof(word, year, fc.boolean())) }),
  fc.record({ "nested.deep": equality(word) }),
  fc.record({ id: fc.oneof(equality(fc.constantFrom("d0", "d1", "d'2")), fc.record({ prefix: fc.constant("d") })) }),
  fc.record({ title: fc.oneof(equality(nonEmpty), part) }),
  fc.record({ tags: fc.oneof(equality(nonEmpty), part) }),
  fc.record({ text: fc.oneof(fc.record({ contains: nonEmpty }), fc.record({ exists: fc.boolean() })) }),
) as fc.Arbitrary<Filter>;
const { filter: filterArbitrary } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    condition,
    fc.record({ and: fc.array(tie("filter"), { maxLength: 3 }) }),
    fc.record({ or: fc.array(tie("filter"), { maxLength: 3 }) }),
    fc.record({ not: tie("filter") }),
    fc.tuple(condition, tie("filter")).map(([left, right]) => ({ ...left, and: [right] })),
  ) as fc.Arbitrary<Filter>,
}));

describe("meaning", () => {
  const resources = new AsyncDisposableStack();
  let collection: Collection;
  const documents: Stored[] = fc
    .sample(stored, { numRuns: 60, seed: 20_260_101 })
    .map((document, at) => ({ ...document, id: at === 2 ? "d'2" : `d${at}` }));
  documents.push({ id: "all", text: "text", metadata: { topic: "a", nested: { deep: "a" } } });

  beforeAll(async () => {
    const folder = resources.use(await temporaryDirectory());
    const database = resources.use(await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() }));
    collection = await database.createCollection({
      name: "c",
      fields: { ...fields } satisfies Record<string, FieldType>,
    });
    const { failed } = await collection.upsert(documents);
    if (failed.length > 0) throw new Error(`the documents must be valid: ${JSON.stringify(failed)}`);
  });
  afterAll(() => resources.disposeAsync());

  test("random filters match exactly what the evaluator matches, in list, count and search", async () => {
    await fc.assert(
      fc.asyncProperty(filterArbitrary, async (filter) => {
        const expected = documents.filter((document) => matches(filter, document, fields)).map(({ id }) => id);
        const { documents: listed, total } = await collection.list({ filter, limit: 100 });
        expect(listed.map(({ id }) => id)).toEqual(expected.sort());
        expect(total).toBe(expected.length);
        expect(await collection.count(filter)).toBe(expected.length);
        const { hits } = await collection.search({ query: "text", mode: "dense", filter, limit: 100 });
        expect(hits.map(({ id }) => id).sort()).toEqual(expected.sort());
      }),
      { numRuns: 150 },
    );
  });

  test("no string breaks out of its literal", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 20 }), async (text) => {
        expect(await collection.count({ label: text.toWellFormed() })).toBe(
          documents.filter(({ metadata }) => metadata["label"] === text.toWellFormed()).length,
        );
        expect(await collection.count({ topic: { ne: text } })).toBe(
          documents.filter((document) => matches({ topic: { ne: text } }, document, fields)).length,
        );
      }),
      { numRuns: 60 },
    );
  });

  test("the deepest filter allowed still parses", async () => {
    let filter: Filter = { year: 2010 };
    for (let level = 0; level < 15; level++) filter = { label: { ne: "zzz" }, or: [{ year: -7 }, filter] };
    expect(await collection.count(filter)).toBe(
      documents.filter((document) => matches(filter, document, fields)).length,
    );
  });
});
