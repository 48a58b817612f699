/** A value of a statement: whole numbers are bigints. */
export type ConditionValue = string | number | bigint | boolean | null;

/** What a condition looks at: a column that every row has, or a member of the document. */
export interface ConditionField {
  /** As it is written in a statement. */
  readonly written: string;
  readonly path: readonly [column: "id" | "text" | "tags"] | readonly ["data", ...(string | number)[]];
}

export type Condition =
  | { readonly type: "and" | "or"; readonly members: readonly Condition[] }
  | { readonly type: "not"; readonly member: Condition }
  | {
      readonly type: "compare";
      readonly operator: Comparison;
      readonly field: ConditionField;
      readonly value: ConditionValue;
    }
  | {
      readonly type: "in";
      readonly isNot: boolean;
      readonly field: ConditionField;
      readonly values: readonly ConditionValue[];
    }
  | {
      readonly type: "between";
      readonly isNot: boolean;
      readonly field: ConditionField;
      readonly low: ConditionValue;
      readonly high: ConditionValue;
    }
  | { readonly type: "like"; readonly isNot: boolean; readonly field: ConditionField; readonly pattern: string }
  | { readonly type: "null"; readonly isNot: boolean; readonly field: ConditionField }
  | { readonly type: "similar"; readonly query: string };

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** What conditions are applied to. */
export interface ConditionRow {
  readonly id: string;
  readonly text: string;
  readonly tags: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** SQL's true, false and unknown. */
type Truth = boolean | null;

/**
 * Whether a statement with this condition has the row, by the book of SQL: for tests, which compare it with what statements answer.
 * @param isFound whether a search finds the row
 */
export function holds(condition: Condition, row: ConditionRow, isFound: (query: string) => boolean): boolean {
  if (row.data === null && looksIntoData(condition)) return false;
  return truth(condition, row, isFound) === true;
}

function truth(condition: Condition, row: ConditionRow, isFound: (query: string) => boolean): Truth {
  switch (condition.type) {
    case "and":
      return every(condition.members.map((member) => truth(member, row, isFound)));
    case "or":
      return not(every(condition.members.map((member) => not(truth(member, row, isFound)))));
    case "not":
      return not(truth(condition.member, row, isFound));
    case "similar":
      return isFound(condition.query);
    case "null":
      return (valueOf(condition.field, row) === null) !== condition.isNot;
    default:
  }
  const held = valueOf(condition.field, row);
  const is = (operator: Comparison, value: ConditionValue) => {
    const order = compare(held, operand(value, condition.field));
    return order === null ? null : compares[operator](order);
  };
  switch (condition.type) {
    case "compare":
      return is(condition.operator, condition.value);
    case "in":
      return negated(not(every(condition.values.map((value) => is("<>", value)))), condition);
    case "between":
      return negated(every([is(">=", condition.low), is("<=", condition.high)]), condition);
    case "like":
      return negated(held === null ? null : like(String(held), condition.pattern.toWellFormed()), condition);
  }
}

const compares: Readonly<Record<Comparison, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function every(members: readonly Truth[]): Truth {
  if (members.includes(false)) return false;
  return members.includes(null) ? null : true;
}

function not(value: Truth): Truth {
  return value === null ? null : !value;
}

function negated(value: Truth, { isNot }: { readonly isNot: boolean }): Truth {
  return isNot ? not(value) : value;
}

type Held = string | number | bigint | null;

function valueOf({ path: [column, ...steps] }: ConditionField, row: ConditionRow): Held {
  if (column !== "data") return row[column];
  return scalar(steps.reduce<unknown>(member, row.data));
}

function member(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === "number" ? (value as unknown[])[step] : undefined;
  if (typeof value !== "object" || value === null || typeof step === "number") return undefined;
  return Object.hasOwn(value, step) ? (value as Readonly<Record<string, unknown>>)[step] : undefined;
}

/** Conditions are numbers, lists and objects are their JSON. */
function scalar(value: unknown): Held {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "number" || typeof value === "bigint" ? value : JSON.stringify(value);
}

/** Columns are texts, and what is compared with them becomes one; members are what they are. */
function operand(value: ConditionValue, { path: [column] }: ConditionField): Held {
  const plain = scalar(value);
  return plain === null || column === "data" ? plain : String(plain);
}

/** Numbers stand before texts, and texts are in the order of their code points. */
function compare(left: Held, right: Held): number | null {
  if (left === null || right === null) return null;
  if (typeof left === "string" && typeof right === "string")
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (typeof left === "string") return 1;
  if (typeof right === "string") return -1;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One row of a table after the other: which beginnings of the text a beginning of the pattern matches. */
function like(text: string, pattern: string): boolean {
  const characters = Array.from(lower(text));
  let matched = [true, ...characters.map(() => false)];
  for (const wanted of lower(pattern)) {
    const before = matched;
    if (wanted === "%") {
      const first = before.indexOf(true);
      matched = before.map((_, at) => first >= 0 && at >= first);
    } else {
      matched = before.map(
        (_, at) => at > 0 && before[at - 1] === true && (wanted === "_" || wanted === characters[at - 1]),
      );
    }
  }
  return matched.at(-1) === true;
}

/** LIKE tells no cases of ASCII apart. */
function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function looksIntoData(condition: Condition): boolean {
  switch (condition.type) {
    case "and":
    case "or":
      return condition.members.some(looksIntoData);
    case "not":
      return looksIntoData(condition.member);
    case "similar":
      return false;
    default:
      return condition.field.path[0] === "data";
  }
}
