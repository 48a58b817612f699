import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DbError } from "../../errors.ts";
import { M6 } from "../m6.fixture.ts";
import type { BoundSql } from "./bindings.ts";
import { compileStatement } from "./compile-statement.ts";
import { parseStatement } from "./parse-statement.ts";
import { runner, sectionRow } from "./run.fixture.ts";
import type { ResultRow } from "./section-tables.ts";

const run = runner([
  ...M6.map((text, indexid) => sectionRow(indexid, text)),
  sectionRow(6, { text: "a; b", ward: "A", n: { k: [1] } }),
]);

/** Rows, or the error that says where the statement is wrong. */
function answer(query: string): ResultRow[] | DbError {
  try {
    return run(query);
  } catch (error) {
    if (error instanceof DbError && error.code === "query_invalid") return error;
    throw error;
  }
}

function isAnswer(answered: unknown): boolean {
  if (Array.isArray(answered)) return true;
  return answered instanceof DbError && typeof answered.details["position"] === "number";
}

function positionOf(query: string): unknown {
  const answered = answer(query);
  return answered instanceof DbError ? answered.details["position"] : answered;
}

function compiled(query: string): BoundSql {
  const options = { functions: new Map(), expressions: new Map(), limit: 3 };
  return compileStatement(parseStatement(query), options).answer;
}

function searches(count: number): string {
  return Array.from({ length: count }, () => "similar(a)").join(" or ");
}

function deep(times: number): string {
  return `select id from txtai where ${"(".repeat(times)}1${")".repeat(times)}`;
}

describe("what is none of the dialect is refused, at its place", () => {
  test.each([
    ["select id from txtai where text = 'open", 34],
    ['select id from txtai where text = "open', 34],
    ["select id from txtai; drop table sections", 22],
    ["select id from txtai;;", 21],
    ["select id from documents", 15],
    ["select id from txtai, sections", 20],
    ["select id from txtai join documents", 21],
    ["select id from txtai where id in (select id from txtai)", 34],
    ["select (select 1) from txtai", 8],
    ["select id from txtai union select id from txtai", 21],
    ["select id from txtai where", 26],
    ["select id from txtai where id =", 31],
    ["select from txtai", 7],
    ["select id id id from txtai", 13],
    ["select load_extension('x') from txtai", 7],
    ["select printf('%9999999999d', 1) from txtai", 7],
    ["select length() from txtai", 7],
    ["select lower(*) from txtai", 7],
    ["select count(count(*)) from txtai", 13],
    ["select id from txtai where count(*) > 1", 27],
    ["select similar('x') from txtai", 7],
    ["select id from txtai where similar('x') = 1", 27],
    ["select id from txtai where similar()", 35],
    ["select id from txtai where similar(1)", 27],
    ["select id from txtai where similar('x', 0)", 40],
    ["select id from txtai where similar('x', 1.5)", 40],
    ["select id from txtai where id = :none", 32],
    ["select id from txtai limit -1", 27],
    ["select id from txtai limit 'x'", 27],
    ["select id from txtai limit 1.5", 27],
    ["select id from txtai limit id", 27],
    ["select id from txtai order by 2", 30],
    ["select id from txtai where id = 1a", 32],
    ["select id from txtai where id ~ 1", 30],
    ["select id from txtai where [n.k = 1", 27],
    ["select [] from txtai", 7],
    ['select [a"b] from txtai', 7],
    ["select a..b from txtai", 8],
    ["select abs(-9223372036854775808 - 1) + sum(9223372036854775807) from txtai", 0],
    ["select json_extract(data, 'x') from txtai where ward = 'A'", 0],
    ["select id from txtai where text like 'x' escape 'xy'", 0],
  ])("%s", (query, position) => {
    expect(positionOf(query)).toBe(position);
  });

  test("too deep, too long, too wide", () => {
    expect(answer(deep(99))).toHaveLength(3);
    expect(positionOf(deep(101))).toBe(27 + 100);
    for (const unit of ["not ", "- ", "1 + ", "1 = ", "lower("]) {
      expect(answer(`select id from txtai where ${unit.repeat(5_000)}1`)).toBeInstanceOf(DbError);
    }
    expect(positionOf(`select id from txtai where id = '${"x".repeat(70_000)}'`)).toBe(65_536);
    expect(answer(`select ${"id,".repeat(100)}id from txtai`)).toBeInstanceOf(DbError);
    expect(answer(`select id from txtai where ${searches(100)}`)).toHaveLength(3);
    expect(positionOf(`select id from txtai where ${searches(4_000)}`)).toBe(27 + 100 * "similar(a) or ".length);
  });

  test("messages say where, and not what", () => {
    const error = answer("select id from txtai where secret = 'patient");
    expect(error).toMatchObject({ message: "A quote is not closed, at character 37 of the query." });
  });
});

test("a name for much that is used often is refused, where it becomes too much", () => {
  const much = Array.from({ length: 2_000 }, (_, at) => at).join();
  const often = Array.from({ length: 2_000 }, () => "much").join(" or ");
  const query = `select id in (${much}) much from txtai where ${often}`;
  // Each time it is 2,002 parts.
  expect(positionOf(query)).toBe(query.indexOf("where ") + 6 + 8 * "much or ".length);
});

describe("texts do not grow without bounds, and no function takes for ever", () => {
  test.each([
    ["replace", `${"replace(".repeat(60)}'aaaaaaaaaa'${",'a','aaaaaaaaaa')".repeat(60)}`],
    // SQLite's own makes this three to the power of sixty.
    ["json_extract", `${"json_extract(".repeat(60)}'[1]'${",'$','$','$')".repeat(60)}`],
    ["group_concat", `group_concat(replace('${"a".repeat(500)}', 'a', '${"b".repeat(30_000)}'))`],
    ["like", `text || '${"a".repeat(30_000)}' like '%${"a".repeat(29_000)}b'`],
    [
      "instr",
      `instr(replace('${"a".repeat(20_000)}', 'a', '${"a".repeat(100)}'), replace('${"a".repeat(9_000)}', 'a', '${"a".repeat(100)}') || 'b')`,
    ],
  ])("%s", (_, expression) => {
    expect(answer(`select ${expression} from txtai`)).toBeInstanceOf(DbError);
  });

  test("what is linear is answered", () => {
    const pattern = `${"%a".repeat(5_000)}%b`;
    expect(answer(`select id from txtai where text like '${pattern}'`)).toEqual([]);
    // SQLite's own compares each character with each.
    const trimmed = `trim(replace('${"a".repeat(30_000)}', 'a', 'aa'), '${"b".repeat(30_000)}a')`;
    expect(answer(`select ${trimmed} x from txtai limit 1`)).toEqual([{ x: "" }]);
  });
});

const piece = fc.constantFrom(
  ..."select|distinct|from|txtai|where|group by|having|order by|limit|offset|and|or|not|in|like|between|is|null|as|asc|desc".split(
    "|",
  ),
  ..."similar('a b')|similar(:q, 2)|id|text|score|data|ward|n.k|[n.k[0]]|*|(|)|,|;|'|''|\"|[|]|:q|1|2.5|'x'|=|<>|<|+|-|||%|--|/*".split(
    "|",
  ),
  ..."count(*)|lower(text)|max(id)|json_extract(data, '$')|abs('x')|\0|é|💊|\u2028|pragma|attach|sqlite_master|found".split(
    "|",
  ),
);

test("random words of the language, and random strings, give rows or say that they are invalid", () => {
  const words = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(" "));
  const strings = fc.oneof(fc.string(), fc.string({ unit: "binary" }), words);
  fc.assert(
    fc.property(strings, (text) => {
      const queries = [text, `select ${text} from txtai`, `select id from txtai where ${text}`];
      for (const query of [...queries, `select id from txtai where id = 1 ${text}`]) {
        expect(answer(query)).toSatisfy(isAnswer);
      }
    }),
    { numRuns: 300 },
  );
});

const valid = [
  "select id, text, score from txtai where similar('insulin therapy', 5) and (ward = 'A' or id in (1, 2)) limit 4 offset 1",
  "select lower(ward) w, count(*) n from txtai where [n.k[0]] = 1 group by w having n >= 1 order by n desc, 1",
  "select distinct tags || '-' || id as x from txtai where text not like '%a_c\\%' escape '\\' and id between '0' and '3'",
];

test("changed statements give rows or say that they are invalid", () => {
  const change = fc.record({
    query: fc.constantFrom(...valid),
    at: fc.nat(130),
    length: fc.nat(12),
    by: fc.oneof(piece, fc.string({ maxLength: 5 }), fc.constant("")),
  });
  fc.assert(
    fc.property(change, ({ query, at, length, by }) => {
      expect(answer(query.slice(0, at) + by + query.slice(at + length))).toSatisfy(isAnswer);
    }),
    { numRuns: 1_000 },
  );
});

test("a literal is a value whatever it says: it decides its own comparison, and nothing else", () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(" ")),
    fc.constantFrom("' or 1=1 --", "'; delete from sections; --", "') or ('a'='a", "\\'", "%", ":q", "@p0"),
  );
  fc.assert(
    fc.property(hostile, fc.constantFrom("'", '"'), (text, quote) => {
      const literal = quote + text.replaceAll(quote, quote + quote) + quote;
      const others = run(`select id from txtai where id = ${literal} or id in ('1', '4')`, { limit: 9 });
      const own = /^[0-6]$/.test(text) ? [text] : [];
      expect(others.map(({ id }) => id)).toEqual([...new Set(["1", "4", ...own])].sort());
      const [echo] = run(`select ${literal} as x, length(${literal}) n from txtai limit 1`);
      expect(echo?.["x"]).toBe(text.toWellFormed());
      // SQLite counts up to a zero.
      expect(echo?.["n"]).toBe(Array.from(text.split("\0", 1)[0] ?? "").length);
      const named = run(`select id as ${literal} from txtai limit 1`);
      expect(named).toEqual([Object.fromEntries([[text, "0"]])]);
      // A condition on a field holds for no text that is no object.
      const bound = run("select id from txtai where ward = :v or id = '6'", { parameters: { v: text } });
      expect(bound).toEqual([{ id: "6" }]);
    }),
    { numRuns: 300 },
  );
});

test("SQLite does not compare ten thousand conditions with each other to find an index", () => {
  const conditions = Array.from({ length: 10_000 }, () => "1").join(" and ");
  for (const query of [
    `select id from txtai where ${conditions}`,
    `select id from txtai group by id having ${conditions}`,
  ]) {
    expect(answer(query)).toHaveLength(3);
    expect(compiled(query).sql).toMatch(/(?:where|having) \+\(/);
  }
  expect(compiled("select id from txtai where id = 1 and ward = 'A'").sql).toContain("where (");
});

test("ten thousand different values are answered; they have no names, among which SQLite would look for each", () => {
  const query = `select id from txtai where id in (${Array.from({ length: 10_000 }, (_, at) => at).join()}) limit 9`;
  expect(answer(query)).toHaveLength(7);
  const bound = compiled(query);
  expect(bound.sql).not.toMatch(/[@:$]/);
  expect(bound.values).toHaveLength(10_000 + 2);
});
