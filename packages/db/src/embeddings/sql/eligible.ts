import { balanced, compileExpression } from "./compile-expression.ts";
import type { Scope } from "./compile-expression.ts";
import { usesScore } from "./named.ts";
import { queryError } from "./query-error.ts";
import { find } from "./syntax-tree.ts";
import type { Expression } from "./syntax-tree.ts";

/**
 * SQL of a condition that every row fulfils which the statement may return, whatever its searches find: what only a search can know is
 * taken as it suits best. Searches choose among these rows, so that a filter never leaves fewer than there are.
 */
export function compileEligible(where: Expression, scope: Scope): string {
  return condition(where, scope, true);
}

function condition(expression: Expression, scope: Scope, suits: boolean): string {
  switch (expression.type) {
    case "parenthesized":
      return condition(expression.operand, scope, suits);
    case "logical":
      return balanced(
        expression.operands.map((operand) => condition(operand, scope, suits)),
        expression.operator,
      );
    case "unary":
      if (expression.operator === "not") return `(not ${condition(expression.operand, scope, !suits)})`;
      break;
    case "similar":
      return suits ? "1" : "0";
    default:
  }
  const search = find(expression, ({ type }) => type === "similar");
  if (search) throw queryError("similar() is a condition of its own, between and, or and not", search.at);
  return usesScore(expression, scope.names) ? (suits ? "1" : "0") : compileExpression(expression, scope);
}
