import type { FieldType } from "@galen/db/schemas";
import type { Random } from "../load/random.ts";

/** The declared fields of the collection under test, one of each type. */
export const FIELDS = {
  year: "number",
  label: "string",
  open: "boolean",
  day: "date",
  mesh: "string[]",
} as const satisfies Record<string, FieldType>;

/** Strings that would break a predicate built by hand, and few enough that random filters match. */
export const WORDS = [
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
] as const;
const YEARS = [-1.5, 0, 2010, 2020, 1e21] as const;
const DAYS = ["2019", "2019-05-01", "2020-01-01T10:00:00+02:00"] as const;
const LONG = "long ".repeat(60);

/** Values of each field, declared or not, as documents have them. */
export const values = {
  year: (random: Random) => random.pick(YEARS),
  label: (random: Random) => random.pick([...WORDS, ""]),
  open: (random: Random) => random.chance(0.5),
  day: (random: Random) => random.pick(DAYS),
  mesh: (random: Random) => random.list(random.integer(0, 3), () => random.pick(WORDS)),
  topic: (random: Random) =>
    random.pick<unknown>([random.pick(WORDS), 7, -0.25, true, null, LONG, [random.pick(WORDS), 7]]),
  nested: (random: Random) => ({ deep: random.pick<unknown>([random.pick(WORDS), 3, { er: [1, { x: null }] }]) }),
  "a=b": (random: Random) => random.pick(WORDS),
  constructor: (random: Random) => random.pick(WORDS),
};

/** Metadata with some of the fields. */
export function metadata(random: Random): Record<string, unknown> {
  const chosen = Object.entries(values).filter(() => random.chance(0.4));
  return Object.fromEntries(chosen.map(([name, value]) => [name, value(random)]));
}
