import type { Expression } from "./syntax-tree.ts";

/** What a result column is called that has no alias: the expression as it is written, with one space around operators. */
export function labelOf(expression: Expression): string {
  return expression.type === "column" ? expression.name : written(expression);
}

function written(expression: Expression): string {
  switch (expression.type) {
    case "literal":
      return expression.text;
    case "parameter":
      return `:${expression.name}`;
    case "column":
      return expression.isEscaped ? `[${expression.name}]` : expression.name;
    case "parenthesized":
      return `(${written(expression.operand)})`;
    case "unary":
      return `${expression.operator} ${written(expression.operand)}`;
    case "binary":
      return `${written(expression.left)} ${expression.operator} ${written(expression.right)}`;
    case "logical":
      return expression.operands.map(written).join(` ${expression.operator} `);
    case "call":
      return `${expression.name}(${callLabel(expression)})`;
    case "similar":
      return `similar(${[expression.query, ...expression.settings].map(written).join(", ")})`;
    default:
      return conditionLabel(expression);
  }
}

function callLabel({ isStar, isDistinct, values }: Extract<Expression, { type: "call" }>): string {
  return isStar ? "*" : `${isDistinct ? "distinct " : ""}${values.map(written).join(", ")}`;
}

function conditionLabel(expression: Extract<Expression, { type: "like" | "in" | "between" }>): string {
  const value = `${written(expression.value)}${expression.isNegated ? " not" : ""}`;
  if (expression.type === "in") return `${value} in (${expression.items.map(written).join(", ")})`;
  if (expression.type === "between") {
    return `${value} between ${written(expression.low)} and ${written(expression.high)}`;
  }
  return `${value} like ${written(expression.pattern)}`;
}
