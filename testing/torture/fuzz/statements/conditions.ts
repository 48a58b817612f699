import type {
  Comparison,
  Condition,
  ConditionField,
  ConditionValue,
} from "../../../../packages/db/src/embeddings/sql/condition-meaning.fixture.ts";
import type { Random } from "../../load/random.ts";
import { BIG, FIELDS } from "./fields.ts";
import { digits, number, plainNumber, quoted, text } from "./literals.ts";

const COMPARISONS: readonly Comparison[] = ["=", "=", "<>", "<", "<=", ">", ">="];
const MAX_DEPTH = 3;

/** A condition with hostile literals, whose meaning is known. */
export function condition(random: Random, depth = 0): Condition {
  if (depth < MAX_DEPTH && random.chance(depth === 0 ? 0.7 : 0.3)) {
    if (random.chance(0.2)) return { type: "not", member: condition(random, depth + 1) };
    const members = random.list(random.integer(2, 3), () => condition(random, depth + 1));
    return { type: random.pick(["and", "or"]), members };
  }
  return leaf(random);
}

function leaf(random: Random): Condition {
  const field = random.chance(0.05) ? BIG : random.pick(FIELDS);
  const isNot = random.chance(0.25);
  const value = () => valueFor(field, random);
  const kind = random.next();
  if (kind < 0.15) return { type: "similar", query: text(random) };
  if (kind < 0.5) return { type: "compare", operator: random.pick(COMPARISONS), field, value: value() };
  if (kind < 0.7) return { type: "in", isNot, field, values: random.list(random.integer(1, 4), value) };
  if (kind < 0.8) return { type: "between", isNot, field, low: value(), high: value() };
  if (kind < 0.95 && field !== BIG) return { type: "like", isNot, field, pattern: pattern(random) };
  return { type: "null", isNot, field };
}

function valueFor(field: ConditionField, random: Random): ConditionValue {
  const kind = random.next();
  if (kind < 0.7 && field !== BIG) return text(random);
  if (kind < 0.95) return field.path[0] === "data" ? number(random) : plainNumber(random);
  return random.pick([true, false, null]);
}

function pattern(random: Random): string {
  const around = () => random.pick(["", "%", "%", "_"]);
  return around() + text(random) + around();
}

/** What a condition searches for. */
export function searchesIn(condition: Condition): string[] {
  if (condition.type === "similar") return [condition.query];
  if (condition.type === "not") return searchesIn(condition.member);
  return condition.type === "and" || condition.type === "or" ? condition.members.flatMap(searchesIn) : [];
}

/** How values stand in a statement. */
type Write = (value: ConditionValue) => string;

/** SQL of a condition. */
export function written(condition: Condition, write: Write): string {
  switch (condition.type) {
    case "and":
    case "or":
      return `(${condition.members.map((member) => written(member, write)).join(` ${condition.type} `)})`;
    case "not":
      return `not (${written(condition.member, write)})`;
    case "similar":
      return `similar(${write(condition.query)})`;
    default:
      return `${condition.field.written} ${comparison(condition, write)}`;
  }
}

function comparison(
  condition: Exclude<Condition, { readonly type: "and" | "or" | "not" | "similar" }>,
  write: Write,
): string {
  switch (condition.type) {
    case "compare":
      return `${condition.operator} ${write(condition.value)}`;
    case "in":
      return `${not(condition)}in (${condition.values.map(write).join(", ")})`;
    case "between":
      return `${not(condition)}between ${write(condition.low)} and ${write(condition.high)}`;
    case "like":
      return `${not(condition)}like ${write(condition.pattern)}`;
    case "null":
      return `is ${not(condition)}null`;
  }
}

function not({ isNot }: { readonly isNot: boolean }): string {
  return isNot ? "not " : "";
}

/** Values as literals. */
export function asLiterals(random: Random): Write {
  return (value) => {
    if (typeof value === "string") return quoted(value, random);
    return typeof value === "number" || typeof value === "bigint" ? digits(value) : String(value);
  };
}

/** Values as parameters, which it adds. */
export function asParameters(parameters: Record<string, ConditionValue>): Write {
  return (value) => {
    const name = `v${Object.keys(parameters).length}`;
    parameters[name] = value;
    return `:${name}`;
  };
}
