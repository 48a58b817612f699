import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatRoute, parseRoute, type Route } from "./route.ts";

const name = fc.string({ unit: "binary", minLength: 1 }).map((text) => text.toWellFormed());
const span = fc
  .tuple(fc.nat(999_999), fc.integer({ min: 1, max: 9_999 }))
  .map(([start, length]) => ({ start, end: start + length }));
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((some) => (some === undefined ? {} : { [key]: some }));
const panel = optional(
  "panel",
  fc.tuple(name, optional("at", span)).map(([id, at]) => ({ id, ...at })),
);
const filter = fc.dictionary(
  name,
  fc.oneof(name, fc.integer(), fc.boolean(), fc.array(name), fc.record({ gte: fc.integer() })),
  {
    noNullPrototype: true,
  },
);

const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constantFrom<Route>({ page: "collections" }, { page: "tasks" }, { page: "about" }),
  name.map((collection): Route => ({ page: "collection", collection })),
  name.map((collection): Route => ({ page: "add", collection })),
  fc.tuple(name, panel).map(([collection, rest]): Route => ({ page: "ask", collection, ...rest })),
  fc
    .tuple(name, name, optional("at", span))
    .map(([collection, id, at]): Route => ({ page: "document", collection, id, ...at })),
  fc
    .tuple(
      fc.record({
        page: fc.constant("search" as const),
        collection: name,
        query: fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
        mode: fc.constantFrom("hybrid" as const, "dense" as const, "keyword" as const),
        explain: fc.constantFrom("none" as const, "hit" as const, "all" as const),
      }),
      optional("filter", filter),
      optional("hit", name),
      panel,
    )
    .map(([base, ...rest]): Route => Object.assign({}, base, ...rest)),
);

test("every state survives the way through the address", () => {
  fc.assert(
    fc.property(route, (state) => {
      expect(parseRoute(formatRoute(state))).toEqual(state);
    }),
  );
});

test("formatting is a fixed point: an address is written in one way only", () => {
  fc.assert(
    fc.property(route, (state) => {
      expect(formatRoute(parseRoute(formatRoute(state)))).toBe(formatRoute(state));
    }),
  );
});

test("an address is one line without spaces, also for hostile ids", () => {
  fc.assert(
    fc.property(route, (state) => {
      expect(formatRoute(state)).toMatch(/^#\/\S*$/);
    }),
  );
});

test("reads any fragment without throwing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parseRoute(`#${text}`).page).toBeTypeOf("string");
    }),
  );
});

test("reads like a sentence", () => {
  const address = formatRoute({
    page: "search",
    collection: "medquad",
    query: "metformin renal",
    mode: "keyword",
    explain: "none",
    filter: { year: { gte: 2010 } },
  });
  expect(address).toBe('#/c/medquad/search?q=metformin+renal&mode=keyword&f={"year":{"gte":2010}}');
});

test.each([
  ["#/c/a/b/c/d", "not-found"],
  ["#/c/%E0%A4%A", "not-found"],
  ["#/nowhere", "not-found"],
  ["#/c/a/docs/1/2", "not-found"],
  ["", "collections"],
  ["#/c/a", "collection"],
])("%s is %s", (hash, page) => {
  expect(parseRoute(hash).page).toBe(page);
});

test("a filter that is none is kept for repair, wrong values fall back", () => {
  expect(parseRoute('#/c/a/search?f={"year"&mode=best&explain=yes&doc=1&at=9-3')).toEqual({
    page: "search",
    collection: "a",
    query: "",
    mode: "hybrid",
    explain: "none",
    brokenFilter: '{"year"',
    panel: { id: "1" },
  });
});
