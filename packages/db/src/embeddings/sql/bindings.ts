import { queryError } from "./query-error.ts";
import type { Literal, Parameter } from "./syntax-tree.ts";

/** Values for `:name`. */
export type QueryParameters = Readonly<Record<string, string | number | bigint | boolean | null>>;

export type BoundValue = string | number | bigint | null;

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** SQL with places for values, and these in order. */
export interface BoundSql {
  readonly sql: string;
  readonly values: readonly BoundValue[];
}

/** The values of a statement: SQL text never holds one. */
export class Bindings {
  readonly #given: QueryParameters;
  readonly #values: BoundValue[] = [];

  constructor(given: QueryParameters) {
    this.#given = given;
  }

  /** What stands in SQL for a value until all of it is there. */
  bind(value: BoundValue): string {
    return `@${this.#values.push(value) - 1}@`;
  }

  /** By their order and without names: SQLite and its driver look for each name among all of them. */
  inOrder(text: string): BoundSql {
    const values: BoundValue[] = [];
    const sql = text.replaceAll(/@(\d+)@/g, (_, at: string) => {
      values.push(this.#values[Number(at)] ?? null);
      return "?";
    });
    return { sql, values };
  }

  /** What a literal says, or a parameter is given. */
  valueOf(node: Literal | Parameter): BoundValue {
    if (node.type === "literal") return node.value;
    const given = Object.hasOwn(this.#given, node.name) ? this.#given[node.name] : undefined;
    const value = boundValue(given);
    if (value !== undefined) return value;
    const problem = given === undefined ? "A parameter has no value" : "A parameter has a value that SQL has not";
    throw queryError(problem, node.at);
  }
}

/** Whole numbers are integers of SQLite, so that they compare with ids as text and divide as such. */
function boundValue(value: unknown): BoundValue | undefined {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "bigint") return value < MIN_INTEGER || value > MAX_INTEGER ? Number(value) : value;
  if (typeof value !== "number" || Number.isNaN(value)) return undefined;
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}
