import type { Bindings } from "./bindings.ts";
import { COLUMNS, isOwnColumn, jsonPath } from "./columns.ts";
import type { Expansion } from "./expansion.ts";
import { builtIn } from "./functions.ts";
import type { RegisteredFunction } from "./functions.ts";
import type { Name, Names } from "./named.ts";
import { queryError } from "./query-error.ts";
import type { Call, Column, Expression, Like, Similar } from "./syntax-tree.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";

/** What the names of a statement stand for. */
export interface Scope {
  readonly bindings: Bindings;
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly names: Names;
  readonly expansion: Expansion;
  /** SQL that is true for the rows that a search has found. */
  readonly similar: (clause: Similar) => string;
  readonly allowsAggregates: boolean;
}

/** SQL of an expression. It holds names of columns and functions that exist, operators and places of values, and nothing else. */
export function compileExpression(expression: Expression, scope: Scope): string {
  const compile = (inner: Expression) => compileExpression(inner, scope);
  switch (expression.type) {
    case "literal":
    case "parameter":
      return scope.bindings.bind(scope.bindings.valueOf(expression));
    case "column":
      return column(expression, scope);
    case "parenthesized":
      return compile(expression.operand);
    case "unary":
      return `(${expression.operator} ${compile(expression.operand)})`;
    case "binary":
      return binary(expression.operator, compile(expression.left), compile(expression.right));
    case "logical":
      return balanced(expression.operands.map(compile), expression.operator);
    case "in":
      return `(${compile(expression.value)}${not(expression)} in (${expression.items.map(compile).join(", ")}))`;
    case "between": {
      const { value, low, high } = expression;
      return `(${compile(value)}${not(expression)} between ${compile(low)} and ${compile(high)})`;
    }
    case "like":
      return like(expression, compile);
    case "call":
      return call(expression, scope);
    case "similar":
      return scope.similar(expression);
  }
}

function binary(operator: string, left: string, right: string): string {
  if (operator === "||") return `joined(${text(left)}, ${text(right)})`;
  return `(${left} ${operator} ${right})`;
}

/** As SQLite writes it: to functions of ours 1 and 1.0 are the same number. */
function text(sql: string): string {
  return `cast(${sql} as text)`;
}

/** A tree of even depth: SQLite refuses deep ones. */
export function balanced(operands: readonly string[], operator: "and" | "or"): string {
  if (operands.length <= 1) return operands[0] ?? "1";
  const middle = operands.length >> 1;
  return `(${balanced(operands.slice(0, middle), operator)} ${operator} ${balanced(operands.slice(middle), operator)})`;
}

function not({ isNegated }: { readonly isNegated: boolean }): string {
  return isNegated ? " not" : "";
}

function like(expression: Like, compile: (inner: Expression) => string): string {
  const escape = expression.escape ? ` escape ${text(compile(expression.escape))}` : "";
  return `(${text(compile(expression.value))}${not(expression)} like ${text(compile(expression.pattern))}${escape})`;
}

function column(node: Column, scope: Scope): string {
  const lower = node.name.toLowerCase();
  if (isOwnColumn(lower)) return COLUMNS[lower] ?? "null";
  const named = scope.names.get(lower);
  if (named) return expanded(named, node.at, scope);
  return `json_extract(d.data, ${scope.bindings.bind(jsonPath(node))})`;
}

function expanded({ expression, names, size }: Name, at: number, scope: Scope): string {
  scope.expansion.add(size, at);
  return `(${compileExpression(expression, { ...scope, names })})`;
}

function call(node: Call, scope: Scope): string {
  const { name, values, isStar, isDistinct, at } = node;
  const lower = name.toLowerCase();
  const custom = scope.functions.get(lower);
  const shape = custom ? customShape(custom) : builtIn(lower, values.length);
  if (!shape) throw queryError("There is no such function", at);
  if (isStar && lower !== "count") throw queryError("Only count() takes a star", at);
  if (
    values.length < shape.least ||
    values.length > shape.most ||
    (lower === "count" && !isStar && values.length === 0)
  ) {
    throw queryError("A function has too many values or too few", at, { least: shape.least, most: shape.most });
  }
  if (isDistinct && (!shape.isAggregate || values.length !== 1))
    throw queryError("distinct needs one value to count", at);
  if (shape.isAggregate && !scope.allowsAggregates) throw queryError("A sum over rows cannot stand here", at);
  const inner = shape.isAggregate ? { ...scope, allowsAggregates: false } : scope;
  const written = TEXT_FUNCTIONS.has(lower) && !custom ? text : (sql: string) => sql;
  const compiled = values.map((value) => written(compileExpression(value, inner))).join(", ");
  return `${lower}(${isStar ? "*" : `${isDistinct ? "distinct " : ""}${compiled}`})`;
}

function customShape({ argcount }: RegisteredFunction) {
  return { least: Math.max(0, argcount), most: argcount < 0 ? 100 : argcount, isAggregate: false };
}
