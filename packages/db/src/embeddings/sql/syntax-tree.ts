/** What a statement says. Every node knows where it stands, so that what is wrong with it can be pointed at. */
export type Expression =
  | Literal
  | Parameter
  | Column
  | Unary
  | Binary
  | Logical
  | Like
  | In
  | Between
  | Call
  | Similar
  | Parenthesized;

export interface Literal {
  readonly type: "literal";
  readonly value: string | number | bigint | null;
  readonly text: string;
  readonly at: number;
}

/** `:name`. */
export interface Parameter {
  readonly type: "parameter";
  readonly name: string;
  readonly at: number;
}

export interface Column {
  readonly type: "column";
  readonly name: string;
  /** Whether it was written in brackets. */
  readonly isEscaped: boolean;
  readonly at: number;
}

interface Unary {
  readonly type: "unary";
  readonly operator: "-" | "+" | "not";
  readonly operand: Expression;
  readonly at: number;
}

interface Binary {
  readonly type: "binary";
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly at: number;
}

/** Operands side by side, however many, so that a long list of conditions is not a deep tree. */
interface Logical {
  readonly type: "logical";
  readonly operator: "and" | "or";
  readonly operands: readonly Expression[];
  readonly at: number;
}

export interface Like {
  readonly type: "like";
  readonly isNegated: boolean;
  readonly value: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly at: number;
}

interface In {
  readonly type: "in";
  readonly isNegated: boolean;
  readonly value: Expression;
  readonly items: readonly Expression[];
  readonly at: number;
}

interface Between {
  readonly type: "between";
  readonly isNegated: boolean;
  readonly value: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly at: number;
}

export interface Call {
  readonly type: "call";
  readonly name: string;
  readonly isDistinct: boolean;
  readonly isStar: boolean;
  readonly values: readonly Expression[];
  readonly at: number;
}

/** `similar(query, …)`: whether a search finds the row. */
export interface Similar {
  readonly type: "similar";
  readonly query: Literal | Parameter;
  /** Candidates, weight of vectors and index, told apart by what they are. */
  readonly settings: readonly (Literal | Parameter)[];
  readonly at: number;
}

interface Parenthesized {
  readonly type: "parenthesized";
  readonly operand: Expression;
  readonly at: number;
}

export interface ResultColumn {
  readonly expression: Expression;
  readonly alias: string | undefined;
}

export interface Ordering {
  readonly expression: Expression;
  readonly isDescending: boolean;
}

export interface Statement {
  readonly isDistinct: boolean;
  /** `*` for all columns. */
  readonly columns: readonly (ResultColumn | "*")[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  readonly orderBy: readonly Ordering[];
  readonly limit: Literal | Parameter | undefined;
  readonly offset: Literal | Parameter | undefined;
}

/** The expressions directly inside one. */
function children(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case "unary":
    case "parenthesized":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "logical":
      return expression.operands;
    case "like":
      return [expression.value, expression.pattern, ...(expression.escape ? [expression.escape] : [])];
    case "in":
      return [expression.value, ...expression.items];
    case "between":
      return [expression.value, expression.low, expression.high];
    case "call":
      return expression.values;
    default:
      return [];
  }
}

/** The first expression in it, itself included, of which something is true. */
export function find(expression: Expression, test: (expression: Expression) => boolean): Expression | undefined {
  if (test(expression)) return expression;
  for (const child of children(expression)) {
    const found = find(child, test);
    if (found) return found;
  }
  return undefined;
}
