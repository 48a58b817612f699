import { queryError } from "./query-error.ts";
import type { Call, Expression, Literal, Parameter, Similar } from "./syntax-tree.ts";
import type { TokenReader } from "./token-reader.ts";
import type { Token } from "./tokens.ts";

const EQUALITY = new Set(["=", "==", "!=", "<>"]);
const RELATION = new Set(["<", "<=", ">", ">="]);
const SUM = new Set(["+", "-"]);
const PRODUCT = new Set(["*", "/", "%"]);
const CONCATENATION = new Set(["||"]);

/** An expression, the loosest operator first, with SQLite's precedence. */
export function parseExpression(reader: TokenReader): Expression {
  return reader.nested(() => logical(reader, "or", () => logical(reader, "and", () => negation(reader))));
}

function logical(reader: TokenReader, operator: "and" | "or", operand: () => Expression): Expression {
  const first = operand();
  const operands = [first];
  while (reader.takeWord(operator)) operands.push(operand());
  return operands.length === 1 ? first : { type: "logical", operator, operands, at: first.at };
}

function negation(reader: TokenReader): Expression {
  if (!reader.isWord("not")) return equality(reader);
  const { at } = reader.take();
  return { type: "unary", operator: "not", operand: reader.nested(() => negation(reader)), at };
}

function equality(reader: TokenReader): Expression {
  return reader.scoped(() => {
    let left = relation(reader);
    for (;;) {
      const next = comparison(reader, left);
      if (!next) return left;
      reader.descend();
      left = next;
    }
  });
}

function comparison(reader: TokenReader, value: Expression): Expression | undefined {
  const { at, text } = reader.next;
  if (reader.next.type === "symbol" && EQUALITY.has(text)) {
    reader.take();
    return { type: "binary", operator: text, left: value, right: relation(reader), at };
  }
  if (reader.takeWord("is")) {
    const operator = reader.takeWord("not") ? "is not" : "is";
    return { type: "binary", operator, left: value, right: relation(reader), at };
  }
  const isNegated = reader.isWord("not");
  const keyword = isNegated ? reader.afterNext : reader.next;
  if (!["in", "like", "between"].some((word) => reader.isWord(word, keyword))) return undefined;
  if (isNegated) reader.take();
  reader.take();
  const node = { isNegated, value, at };
  if (keyword.value === "in") return { type: "in", ...node, items: parenthesizedList(reader) };
  const second = relation(reader);
  if (keyword.value === "like") {
    return { type: "like", ...node, pattern: second, escape: reader.takeWord("escape") ? relation(reader) : undefined };
  }
  reader.expectWord("and");
  return { type: "between", ...node, low: second, high: relation(reader) };
}

function parenthesizedList(reader: TokenReader): Expression[] {
  reader.expectSymbol("(");
  const items = reader.list(() => parseExpression(reader));
  reader.expectSymbol(")");
  return items;
}

function relation(reader: TokenReader): Expression {
  return leftToRight(reader, RELATION, () => sum(reader));
}

function sum(reader: TokenReader): Expression {
  return leftToRight(reader, SUM, () =>
    leftToRight(reader, PRODUCT, () => leftToRight(reader, CONCATENATION, () => signed(reader))),
  );
}

function leftToRight(reader: TokenReader, operators: ReadonlySet<string>, operand: () => Expression): Expression {
  return reader.scoped(() => {
    let left = operand();
    while (reader.next.type === "symbol" && operators.has(reader.next.text)) {
      const { text: operator, at } = reader.take();
      reader.descend();
      left = { type: "binary", operator, left, right: operand(), at };
    }
    return left;
  });
}

function signed(reader: TokenReader): Expression {
  const { at, text } = reader.next;
  if (!reader.isSymbol("-") && !reader.isSymbol("+")) return primary(reader);
  reader.take();
  const operator = text === "-" ? "-" : "+";
  return { type: "unary", operator, operand: reader.nested(() => signed(reader)), at };
}

function primary(reader: TokenReader): Expression {
  const token = reader.next;
  if (reader.takeSymbol("(")) {
    const operand = parseExpression(reader);
    reader.expectSymbol(")");
    return { type: "parenthesized", operand, at: token.at };
  }
  const value = literal(token);
  if (value) {
    reader.take();
    return value;
  }
  if (token.type === "bracket") {
    reader.take();
    return { type: "column", name: token.value, isEscaped: true, at: token.at };
  }
  if (!reader.isName()) throw queryError("A value is expected", token.at);
  reader.take();
  if (reader.isSymbol("(")) return call(reader, token);
  return { type: "column", name: token.text, isEscaped: false, at: token.at };
}

/** A value or a place for one. */
export function literal({ type, text, value, at }: Token): Literal | Parameter | undefined {
  if (type === "parameter") return { type: "parameter", name: value, at };
  if (type === "string") return { type: "literal", value, text, at };
  if (type === "number") return { type: "literal", value: numberOf(text), text, at };
  if (type !== "word" || !(value === "null" || value === "true" || value === "false")) return undefined;
  return { type: "literal", value: value === "null" ? null : value === "true" ? 1n : 0n, text, at };
}

const MAX_INTEGER = 2n ** 63n - 1n;

/** Whole numbers stay whole, as far as SQLite has them. */
function numberOf(text: string): number | bigint {
  if (!/^\d+$/.test(text) || text.length > 19) return Number(text);
  const whole = BigInt(text);
  return whole > MAX_INTEGER ? Number(text) : whole;
}

function call(reader: TokenReader, { text: name, value, at }: Token): Call | Similar {
  reader.expectSymbol("(");
  if (value === "similar") return similar(reader, at);
  const isDistinct = reader.takeWord("distinct");
  const isStar = !isDistinct && reader.takeSymbol("*") !== undefined;
  const isEmpty = isStar || (!isDistinct && reader.isSymbol(")"));
  const values = isEmpty ? [] : reader.list(() => parseExpression(reader));
  reader.expectSymbol(")");
  return { type: "call", name, isDistinct, isStar, values, at };
}

function similar(reader: TokenReader, at: number): Similar {
  const [query, ...settings] = reader.list(() => similarValue(reader));
  reader.expectSymbol(")");
  if (!query || (query.type === "literal" && typeof query.value !== "string")) {
    throw queryError("similar() begins with a text", at);
  }
  return { type: "similar", query, settings, at };
}

/** Texts and names of indexes may be written without quotes. */
function similarValue(reader: TokenReader): Literal | Parameter {
  const token = reader.take();
  const value = literal(token);
  if (value) return value;
  if (!reader.isName(token)) throw queryError("similar() takes texts, numbers and parameters", token.at);
  return { type: "literal", value: token.text, text: token.text, at: token.at };
}
