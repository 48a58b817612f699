import { DbError } from "../../errors.ts";

/** How many values a function takes. */
export interface FunctionShape {
  readonly least: number;
  readonly most: number;
  readonly isAggregate: boolean;
}

/** A value of SQLite, as a function of its own gets and gives it. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** A function for statements, in txtai's forms: a function with a name, or one with what SQLite should know of it. */
export type CustomFunction =
  | ((...values: SqlValue[]) => SqlValue | boolean | undefined)
  | {
      readonly name: string;
      readonly function: (...values: SqlValue[]) => SqlValue | boolean | undefined;
      /** @default -1: any number */
      readonly argcount?: number;
      /** @default true */
      readonly deterministic?: boolean;
    };

const MANY = 100;

/**
 * SQLite's functions that always answer alike, with the least and most values that they take. Those without a bound on what they make
 * are left out (printf, zeroblob, hex of hex of hex, several paths of JSON at once); some on texts have one of ours.
 */
const SCALARS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  abs: [1, 1],
  acos: [1, 1],
  asin: [1, 1],
  atan: [1, 1],
  atan2: [2, 2],
  ceil: [1, 1],
  ceiling: [1, 1],
  char: [1, MANY],
  coalesce: [2, MANY],
  cos: [1, 1],
  date: [1, MANY],
  datetime: [1, MANY],
  degrees: [1, 1],
  exp: [1, 1],
  floor: [1, 1],
  ifnull: [2, 2],
  iif: [2, 3],
  instr: [2, 2],
  json_array_length: [1, 2],
  json_extract: [2, 2],
  json_type: [1, 2],
  json_valid: [1, 1],
  julianday: [1, MANY],
  length: [1, 1],
  ln: [1, 1],
  log: [1, 2],
  log10: [1, 1],
  log2: [1, 1],
  lower: [1, 1],
  ltrim: [1, 2],
  max: [1, MANY],
  min: [1, MANY],
  mod: [2, 2],
  nullif: [2, 2],
  octet_length: [1, 1],
  pi: [0, 0],
  pow: [2, 2],
  power: [2, 2],
  radians: [1, 1],
  replace: [3, 3],
  round: [1, 2],
  rtrim: [1, 2],
  sign: [1, 1],
  sin: [1, 1],
  sqrt: [1, 1],
  strftime: [1, MANY],
  substr: [2, 3],
  substring: [2, 3],
  tan: [1, 1],
  time: [1, MANY],
  trim: [1, 2],
  trunc: [1, 1],
  typeof: [1, 1],
  unicode: [1, 1],
  unixepoch: [1, MANY],
  upper: [1, 1],
};

const AGGREGATES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  avg: [1, 1],
  count: [0, 1],
  group_concat: [1, 2],
  sum: [1, 1],
  total: [1, 1],
};

/** Of one value these are aggregates, of several they are not. */
const BOTH = new Set(["max", "min"]);
const NAME = /^[a-z_][a-z0-9_]{0,63}$/;

/** What a call of a built-in function must be like; `undefined` for one that does not exist. */
export function builtIn(name: string, values: number): FunctionShape | undefined {
  const lower = name.toLowerCase();
  if (Object.hasOwn(AGGREGATES, lower)) return shape(AGGREGATES[lower], true);
  if (!Object.hasOwn(SCALARS, lower)) return undefined;
  return shape(SCALARS[lower], BOTH.has(lower) && values === 1);
}

function shape([least, most]: readonly [number, number] = [0, 0], isAggregate: boolean): FunctionShape {
  return { least, most, isAggregate };
}

/** Functions of a configuration as SQLite takes them, by name in lower case. @throws {DbError} `collection_invalid` */
export function customFunctions(functions: readonly CustomFunction[] = []): Map<string, RegisteredFunction> {
  const registered = new Map<string, RegisteredFunction>();
  for (const custom of functions) {
    const { name, ...rest } = typeof custom === "function" ? { name: custom.name, function: custom } : custom;
    const lower = name.toLowerCase();
    if (!NAME.test(lower) || lower === "similar" || builtIn(lower, 1)) {
      throw new DbError(
        "collection_invalid",
        `functions: ${name.slice(0, 64) || "one without a name"} cannot be one.`,
        {
          hint: "A function's name is of letters, digits and _, and none that SQL has already.",
        },
      );
    }
    const {
      function: run,
      argcount = -1,
      deterministic = true,
    } = { argcount: undefined, deterministic: undefined, ...rest };
    registered.set(lower, { run, argcount, deterministic });
  }
  return registered;
}

export interface RegisteredFunction {
  readonly run: (...values: SqlValue[]) => SqlValue | boolean | undefined;
  readonly argcount: number;
  readonly deterministic: boolean;
}
