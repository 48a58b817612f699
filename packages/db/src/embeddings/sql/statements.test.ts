import { describe, expect, test } from "vitest";
import { M6 } from "../m6.fixture.ts";
import { isStatement } from "./parse-statement.ts";
import { runner, sectionRow } from "./run.fixture.ts";

const run = runner(M6.map((text, indexid) => sectionRow(indexid, text)));
const nested = runner([
  sectionRow(0, { text: "one", n: { k: [1, 2, { z: "q" }] }, num: 3.5, flag: true, "a b": 1, year: 2020 }),
  sectionRow(1, { text: "two", num: 1, year: 2021, ward: "A" }),
  sectionRow(2, "plain"),
]);

function where(condition: string): number[] {
  return ids(`select id from txtai where ${condition} limit 9`);
}

function ids(query: string, parameters = {}): number[] {
  return run(query, { parameters }).map(({ id }) => Number(id));
}

function twice(value: unknown): number {
  return Number(value) * 2;
}

test("what is a statement, and what is a question", () => {
  expect(isStatement("select id from txtai")).toBe(true);
  expect(isStatement("  SELECT *\nFROM  TxtAI\nwhere id = 1")).toBe(true);
  expect(isStatement("select id from txtai;")).toBe(true);
  expect(isStatement("select id from other")).toBe(false);
  expect(isStatement("selected from txtai")).toBe(false);
  expect(isStatement("delete from txtai")).toBe(false);
});

test("all columns in order", () => {
  expect(run("select * from txtai limit 1")).toEqual([
    {
      indexid: 0,
      id: "0",
      text: M6[0],
      tags: null,
      entry: "2026-01-01 00:00:00+00:00",
      data: null,
      object: null,
      score: null,
    },
  ]);
  expect(Object.keys(run("select * from txtai limit 1")[0] ?? {})).toEqual([
    "indexid",
    "id",
    "text",
    "tags",
    "entry",
    "data",
    "object",
    "score",
  ]);
});

test("limits: three rows unless the statement says otherwise", () => {
  expect(run("select id from txtai")).toEqual([{ id: "0" }, { id: "1" }, { id: "2" }]);
  expect(run("select id from txtai limit 2 offset 4")).toEqual([{ id: "4" }, { id: "5" }]);
  expect(run("select id from txtai limit :n", { parameters: { n: 2 } })).toHaveLength(2);
  expect(run("select count(*) from txtai")).toEqual([{ "count(*)": 6 }]);
});

test("members of JSON, by paths and in brackets", () => {
  const [row] = nested("select id, num, flag, [n.k[2].z] z, n.k, [a b], n.k[0], none from txtai where num > 3");
  expect(row).toEqual({
    id: "0",
    num: 3.5,
    flag: 1,
    z: "q",
    "n.k": '[1,2,{"z":"q"}]',
    "a b": 1,
    "n.k[0]": 1,
    none: null,
  });
  expect(nested("select id from txtai where WARD = 'A'")).toEqual([]);
  // A text that is no object has no fields.
  expect(nested("select id from txtai where flag is null")).toEqual([{ id: "1" }]);
});

test("brackets stay where a name is a part of something", () => {
  expect(nested("select [a b], [a b] + 1 from txtai limit 1")).toEqual([{ "a b": 1, "[a b] + 1": 2 }]);
});

test("names, and what columns without one are called", () => {
  const [row] = nested(
    "select ID, id my, text as \"T\", (year+1)*2, -year, year / 3, substr(text,1,2), ward || 'x' || year, 1, 'x', null from txtai",
  );
  expect(row).toEqual({
    ID: "0",
    my: "0",
    T: "one",
    "(year + 1) * 2": 4042,
    "- year": -2020,
    "year / 3": 673,
    "substr(text, 1, 2)": "on",
    "ward || 'x' || year": null,
    "1": 1,
    "'x'": "x",
    null: null,
  });
  expect(nested("select year y from txtai where y = 2021 order by y")).toEqual([{ y: 2021 }]);
});

test("conditions", () => {
  expect(where("id = 4")).toEqual([4]);
  expect(where("id in (1, '4')")).toEqual([1, 4]);
  expect(where("not id in (1, 4) and indexid <> 0")).toEqual([2, 3, 5]);
  expect(where("id not in (0,1,2,3)")).toEqual([4, 5]);
  expect(where("text like '%INSULIN%'")).toEqual([1, 4]);
  expect(where("text not like '%i%'")).toEqual([]);
  expect(where("text like '%100!%%' escape '!'")).toEqual([]);
  expect(where("indexid between 2 and 3 or indexid == 5")).toEqual([2, 3, 5]);
  expect(where("indexid not between 1 and 4")).toEqual([0, 5]);
  expect(where("tags is null and text is not null")).toHaveLength(6);
  expect(where("1 + 2 * 3 = 7 and not (2 - 1 - 1) and length('a' || 'bc') = 3")).toHaveLength(6);
  expect(where("indexid = 1 or indexid = 2 and indexid = 3")).toEqual([1]);
  expect(where(Array.from({ length: 3_000 }, (_, at) => `indexid=${at}`).join(" or "))).toHaveLength(6);
});

test("groups, distinct and order", () => {
  expect(
    run("select length(text) > 45 long, count(*) n from txtai group by long having n > 1 order by n desc"),
  ).toEqual([{ long: 1, n: 5 }]);
  expect(run("select distinct tags from txtai")).toEqual([{ tags: null }]);
  expect(run("select count(distinct tags) c, max(id), min(indexid, 3) from txtai")).toMatchObject([
    { c: 0, "max(id)": "5" },
  ]);
  expect(run("select id, text from txtai order by 2 desc, id")).toMatchObject([{ id: "4" }, { id: "3" }, { id: "0" }]);
  expect(run("select id from txtai order by length(text), id desc limit 2")).toMatchObject([{ id: "2" }, { id: "1" }]);
});

describe("searches", () => {
  test("the best first; scores are null where nothing was searched", () => {
    expect(run("select id, score from txtai where similar('insulin therapy')")).toEqual([
      { id: "4", score: 1 },
      { id: "0", score: 0.5 },
      { id: "1", score: 0.5 },
    ]);
    expect(run("select score from txtai limit 1")).toEqual([{ score: null }]);
    expect(ids("select id from txtai where similar(insulin)")).toEqual([1, 4]);
    expect(ids("select id from txtai where similar('insulin', 1)")).toEqual([1]);
  });

  test("several: the mean of their scores, as sets", () => {
    expect(
      run("select id, score from txtai where similar('insulin') and similar('insulin therapy') order by id"),
    ).toEqual([
      { id: "1", score: 0.75 },
      { id: "4", score: 1 },
    ]);
    expect(ids("select id from txtai where similar('stroke') or similar('statins') order by id")).toEqual([2, 3]);
    expect(ids("select id from txtai where similar('therapy') and not similar('insulin')")).toEqual([0]);
  });

  test("filters come before candidates are cut", () => {
    expect(ids("select id from txtai where similar('insulin therapy') and id = 0 limit 1")).toEqual([0]);
    expect(ids("select id from txtai where similar('insulin therapy') and score < 0.6")).toEqual([0, 1]);
    expect(ids("select id from txtai where similar('insulin therapy', 1) and not id = 4")).toEqual([0]);
  });

  test("texts and settings may be parameters", () => {
    const parameters = { q: "insulin ; it's", n: 1, w: 0.3, i: "1", a: 1, b: 4 };
    expect(ids("select id from txtai where similar(:q, :n, :w)", parameters)).toEqual([1]);
    expect(ids("select id from txtai where similar(:q) and id in (:a, :b)", parameters)).toEqual([1, 4]);
    expect(ids('select id from txtai where similar("insulin ; it\'s")')).toEqual([1, 4]);
    expect(ids("select id from txtai where similar('it''s insulin')")).toEqual([1, 4]);
  });
});

test("functions and expressions of one's own", () => {
  const functions = [twice, { name: "isLong", argcount: 1, function: (text: unknown) => String(text).length > 47 }];
  expect(run("select id from txtai where isLong(text) and twice(id) > 1", { functions })).toMatchObject([
    { id: "3" },
    { id: "4" },
    { id: "5" },
  ]);
  const expressions = [{ name: "size", expression: "length(text)" }];
  expect(run("select size, size + 1 more from txtai where size > 50 order by more desc", { expressions })).toEqual([
    { size: 58, more: 59 },
    { size: 53, more: 54 },
    { size: 51, more: 52 },
  ]);
  // Whole numbers and conditions are integers, which compare with ids.
  expect(
    run(
      "select id, twice(3) / 4 half, typeof(isLong(text)) b, typeof(text like 'a') l from txtai where id = twice(2)",
      {
        functions,
      },
    ),
  ).toEqual([{ id: "4", half: 1, b: "integer", l: "integer" }]);
  expect(() => run("select id from txtai", { functions: [{ name: "length", function: twice }] })).toThrow(
    "functions: length",
  );
});

test("functions on texts are SQLite's, by characters", () => {
  const told = nested(
    "select instr('a💊é', 'é') i, instr('abc', '') e, instr('abc', 'x') n, instr(12.0, '.') p, trim('  a ') t, " +
      "ltrim('xxya', 'yx') l, rtrim('a💊💊', '💊') r, trim(null) z, replace('aXbX', 'X', '-') c, replace(1.5, '.', ',') d, " +
      "replace('a', '', 'b') s from txtai limit 1",
  );
  const expected = { i: 3, e: 1, n: 0, p: 3, t: "a", l: "a", r: "a", z: null, c: "a-b-", d: "1,5", s: "a" };
  expect(told).toEqual([expected]);
  expect(run("select group_concat(id) a, group_concat(id, '-') b, group_concat(id, null) c from txtai")).toEqual([
    { a: "0,1,2,3,4,5", b: "0-1-2-3-4-5", c: "012345" },
  ]);
  expect(run("select group_concat(distinct length(id)) a, group_concat(tags) b from txtai")).toEqual([
    { a: "1", b: null },
  ]);
});
