import type { Random } from "../load/random.ts";
import { filter } from "../model/filters.ts";

const NAMES = [
  "year",
  "label",
  "open",
  "day",
  "mesh",
  "topic",
  "nested.deep",
  "id",
  "title",
  "tags",
  "text",
  "created_at",
  "a=b",
];
const STRANGE_NAMES = [
  "and",
  "or",
  "not",
  "__proto__",
  "constructor",
  "toString",
  "",
  "yaer",
  "year'",
  "`year`",
  "year) OR (true",
  "a.b.c",
  "é",
  "\u0000",
];
const OPERATORS = ["eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "exists", "contains", "prefix"];
const STRANGE_OPERATORS = ["like", "$eq", "__proto__", "regex", "EQ", ""];
const STRINGS = [
  "a",
  "2019",
  "2019-02-30",
  "'",
  "''",
  "\\",
  "\\'",
  "%",
  "_",
  "`",
  "--",
  ";",
  "') OR true OR ('",
  "/*",
  "\u0000",
  "\uD800",
  "😀",
  "x".repeat(300),
  "NaN",
  "null",
];
const NUMBERS = [0, -0, 1, -1.5, 2010, 1e21, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
const OTHERS: readonly unknown[] = [
  null,
  true,
  false,
  undefined,
  {},
  [],
  [[]],
  { eq: { eq: 1 } },
  new Date(0),
  Symbol.iterator,
];
/** Deeper than the language allows, now and then. */
const MAX_DEPTH = 110;

/** Whatever somebody might send as a filter: good ones, good ones with something strange in them, and nonsense of any depth. */
export function hostileFilter(random: Random): unknown {
  if (random.chance(0.3)) return filter(random);
  if (random.chance(0.02)) return nested(random, random.integer(1, MAX_DEPTH));
  return tree(random, 0);
}

function tree(random: Random, depth: number): unknown {
  if (depth < 4 && random.chance(0.3)) {
    const members = () => random.list(random.integer(0, 3), () => tree(random, depth + 1));
    return random.pick<() => unknown>([
      () => ({ and: members() }),
      () => ({ or: members() }),
      () => ({ not: tree(random, depth + 1) }),
      () => ({ and: tree(random, depth + 1) }),
      () => members(),
    ])();
  }
  if (random.chance(0.05)) return value(random);
  return Object.fromEntries(random.list(random.integer(0, 3), () => [name(random), entry(random)]));
}

function nested(random: Random, depth: number): unknown {
  return depth === 0
    ? { year: 1 }
    : random.pick([(inner: unknown) => ({ not: inner }), (inner: unknown) => ({ and: [inner] })])(
        nested(random, depth - 1),
      );
}

function name(random: Random): string {
  return random.pick(random.chance(0.85) ? NAMES : STRANGE_NAMES);
}

function entry(random: Random): unknown {
  if (random.chance(0.4)) return value(random);
  const operators = random.list(random.integer(0, 3), () =>
    random.pick(random.chance(0.9) ? OPERATORS : STRANGE_OPERATORS),
  );
  return Object.fromEntries(operators.map((operator) => [operator, value(random)]));
}

function value(random: Random): unknown {
  const kind = random.next();
  if (kind < 0.45) return random.pick(STRINGS);
  if (kind < 0.7) return random.pick(NUMBERS);
  if (kind < 0.85) return random.list(random.integer(0, 4), () => random.pick<unknown>([...STRINGS, ...NUMBERS]));
  return random.pick(OTHERS);
}
