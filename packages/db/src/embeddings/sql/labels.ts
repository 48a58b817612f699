import type { Expression } from "./syntax-tree.ts";

/** What a result column is called that has no alias: the expression as it is written, with one space around operators. */
export function labelOf(expression: Expression): string {
  switch (expression.type) {
    case "literal":
      return expression.text;
    case "parameter":
      return `:${expression.name}`;
    case "column":
      return expression.name;
    case "parenthesized":
      return `(${labelOf(expression.operand)})`;
    case "unary":
      return `${expression.operator} ${labelOf(expression.operand)}`;
    case "binary":
      return `${labelOf(expression.left)} ${expression.operator} ${labelOf(expression.right)}`;
    case "logical":
      return expression.operands.map(labelOf).join(` ${expression.operator} `);
    case "call":
      return `${expression.name}(${callLabel(expression)})`;
    case "similar":
      return `similar(${[expression.query, ...expression.settings].map(labelOf).join(", ")})`;
    default:
      return conditionLabel(expression);
  }
}

function callLabel({ isStar, isDistinct, values }: Extract<Expression, { type: "call" }>): string {
  return isStar ? "*" : `${isDistinct ? "distinct " : ""}${values.map(labelOf).join(", ")}`;
}

function conditionLabel(expression: Extract<Expression, { type: "like" | "in" | "between" }>): string {
  const value = `${labelOf(expression.value)}${expression.isNegated ? " not" : ""}`;
  if (expression.type === "in") return `${value} in (${expression.items.map(labelOf).join(", ")})`;
  if (expression.type === "between") {
    return `${value} between ${labelOf(expression.low)} and ${labelOf(expression.high)}`;
  }
  return `${value} like ${labelOf(expression.pattern)}`;
}
