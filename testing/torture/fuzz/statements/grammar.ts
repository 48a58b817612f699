import type { Random } from "../../load/random.ts";
import { FIELDS } from "./fields.ts";
import { digits, number, quoted, text } from "./literals.ts";

/** Names that mean something to JavaScript, to SQLite or to what statements are compiled to. */
const STRANGE_NAMES = (
  "__proto__ prototype constructor toString hasOwnProperty valueOf sections documents found sqlite_master rowid _rowid_ oid " +
  "c0 p0 s.id d.data r.score s d r o txtai select table data entry score indexid object x y heads [a b] [] [[0]] [a\"b] [a;b] ['] " +
  "[select] [$.a] a..b a. a[ a[0 a[x] é 💊 _ $a a$ main.sections temp.found"
).split(" ");
const FUNCTIONS = (
  "abs char coalesce date datetime floor group_concat ifnull iif instr json_array_length json_extract json_type json_valid length " +
  "log lower ltrim max min mod nullif octet_length pi power replace round rtrim sign sqrt strftime substr trim trunc typeof unicode " +
  "unixepoch upper avg count sum total shout"
).split(" ");
const STRANGE_FUNCTIONS = (
  "printf load_extension randomblob zeroblob hex readfile writefile eval sqlite_version changes random joined cast like glob match " +
  "regexp json_each fts5 __proto__ constructor toString similar pragma_table_info"
).split(" ");
const OPERATORS = ["=", "==", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "is", "is not"];
const STRANGE_OPERATORS = ["~", "&", "|", "<<", "->", "->>", "glob", "match", "regexp", "collate", "===", "="];
const MAX_DEPTH = 4;

/** A statement of the dialect, with hostile literals and now and then a name or an operator that is none. */
export function grammarStatement(random: Random): string {
  const expressions = () => random.list(random.integer(1, 3), () => expression(random)).join(", ");
  const clauses = [
    `select ${random.chance(0.1) ? "distinct " : ""}${random.list(random.integer(1, 4), () => column(random)).join(", ")}`,
    `from ${random.chance(0.97) ? "txtai" : random.pick(STRANGE_NAMES)}`,
    random.chance(0.75) ? `where ${condition(random, 0)}` : "",
    random.chance(0.12) ? `group by ${expressions()}` : "",
    random.chance(0.05) ? `having ${condition(random, 1)}` : "",
    random.chance(0.2) ? `order by ${expressions()}${random.pick([" desc", " asc", ""])}` : "",
    random.chance(0.3) ? `limit ${count(random)}` : "",
    random.chance(0.15) ? `offset ${count(random)}` : "",
    random.chance(0.05) ? ";" : "",
  ];
  return clauses.filter((clause) => clause !== "").join(random.pick([" ", " ", "\n", "\t "]));
}

function column(random: Random): string {
  if (random.chance(0.1)) return "*";
  const alias = random.pick([
    "",
    "",
    "",
    ` ${name(random)}`,
    ` as ${name(random)}`,
    ` as ${quoted(text(random), random)}`,
  ]);
  return `${expression(random)}${alias}`;
}

function count(random: Random): string {
  if (random.chance(0.1)) return expression(random);
  return random.pick(["0", "1", "3", "10", "1000", ":n", "-1", "1e3", "9007199254740992", "9223372036854775807"]);
}

function condition(random: Random, depth: number): string {
  if (depth < MAX_DEPTH && random.chance(0.4)) {
    const members = random.list(random.integer(1, 3), () => condition(random, depth + 1));
    const joined = members.join(random.pick([" and ", " or "]));
    return random.pick([joined, `(${joined})`, `not ${joined}`, `not (${joined})`]);
  }
  const value = () => expression(random, depth + 1);
  const not = random.chance(0.2) ? "not " : "";
  return random.pick<() => string>([
    () => `${value()} ${operator(random)} ${value()}`,
    () => `${value()} ${operator(random)} ${value()}`,
    () => `${value()} ${not}in (${random.list(random.integer(1, 4), value).join(", ")})`,
    () => `${value()} ${not}like ${value()}${random.chance(0.1) ? ` escape ${value()}` : ""}`,
    () => `${value()} ${not}between ${value()} and ${value()}`,
    () => `${value()} is ${not}null`,
    () => similar(random),
    value,
  ])();
}

function similar(random: Random): string {
  const settings = random.list(random.chance(0.3) ? random.integer(1, 3) : 0, () =>
    random.pick([
      () => random.pick(["1", "5", "0.3", "0", "1.5", "1e3", ":n", "'wards'", "vectors", "'none'"]),
      () => literal(random),
    ])(),
  );
  const query = random.chance(0.9) ? quoted(text(random), random) : random.pick([":q", "insulin", literal(random)]);
  return `similar(${[query, ...settings].join(", ")})`;
}

function expression(random: Random, depth = 1): string {
  const kind = random.next();
  if (depth < MAX_DEPTH && kind < 0.12) return call(random, depth);
  if (depth < MAX_DEPTH && kind < 0.22) {
    return `${expression(random, depth + 1)} ${operator(random)} ${expression(random, depth + 1)}`;
  }
  if (depth < MAX_DEPTH && kind < 0.26) return `(${condition(random, depth + 1)})`;
  if (kind < 0.3) return `${random.pick(["-", "+", "not ", "- -"])}${expression(random, depth + 1)}`;
  return kind < 0.65 ? name(random) : literal(random);
}

function call(random: Random, depth: number): string {
  const values = random.list(random.integer(0, 3), () => expression(random, depth + 1)).join(", ");
  const called = random.pick(random.chance(0.93) ? FUNCTIONS : STRANGE_FUNCTIONS);
  return `${called}(${random.pick([values, values, values, "*", `distinct ${values}`])})`;
}

function name(random: Random): string {
  return random.chance(0.85) ? random.pick(FIELDS).written : random.pick(STRANGE_NAMES);
}

function operator(random: Random): string {
  return random.pick(random.chance(0.95) ? OPERATORS : STRANGE_OPERATORS);
}

function literal(random: Random): string {
  const kind = random.next();
  if (kind < 0.6) return quoted(text(random), random);
  if (kind < 0.85) return digits(number(random));
  return random.pick([
    "null",
    "true",
    "false",
    "NULL",
    ":q",
    ":n",
    ":__proto__",
    ":none",
    "1.",
    ".5",
    "1e5",
    "0x1F",
    "1_000",
  ]);
}
