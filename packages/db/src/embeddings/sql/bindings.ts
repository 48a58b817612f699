import { queryError } from "./query-error.ts";
import type { Literal, Parameter } from "./syntax-tree.ts";

/** Values for `:name`. */
export type QueryParameters = Readonly<Record<string, string | number | bigint | boolean | null>>;

export type BoundValue = string | number | bigint | null;

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** The values of a statement, each bound once: SQL text never holds one. */
export class Bindings {
  readonly #given: QueryParameters;
  readonly #names = new Map<BoundValue, string>();

  constructor(given: QueryParameters) {
    this.#given = given;
  }

  /** By name, as the driver takes them. */
  get values(): Record<string, BoundValue> {
    return Object.fromEntries(Array.from(this.#names, ([value, name]) => [name, value]));
  }

  /** The place of a value in SQL. */
  bind(value: BoundValue): string {
    const name = this.#names.get(value) ?? `p${this.#names.size}`;
    this.#names.set(value, name);
    return `@${name}`;
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
