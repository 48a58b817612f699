import { literal, parseExpression } from "./parse-expression.ts";
import { queryError } from "./query-error.ts";
import type { Expression, Literal, Ordering, Parameter, ResultColumn, Statement } from "./syntax-tree.ts";
import { TokenReader } from "./token-reader.ts";
import { tokenize } from "./tokens.ts";

const STATEMENT = /^\s*select\s[^]*\sfrom\s+txtai(?:[\s;]|$)/i;

/** Whether a query is meant as SQL; all others are questions. */
export function isStatement(query: string): boolean {
  return STATEMENT.test(query);
}

/** @throws {DbError} `query_invalid` with the place */
export function parseStatement(text: string): Statement {
  const reader = new TokenReader(tokenize(text));
  reader.expectWord("select");
  const isDistinct = reader.takeWord("distinct");
  const columns = reader.list(() => resultColumn(reader));
  reader.expectWord("from");
  if (!reader.takeWord("txtai")) throw queryError("There is one table, txtai", reader.next.at);
  const where = reader.takeWord("where") ? parseExpression(reader) : undefined;
  const groupBy = takeWords(reader, "group", "by") ? reader.list(() => parseExpression(reader)) : [];
  const having = reader.takeWord("having") ? parseExpression(reader) : undefined;
  const orderBy = takeWords(reader, "order", "by") ? reader.list(() => ordering(reader)) : [];
  const limit = reader.takeWord("limit") ? count(reader) : undefined;
  const offset = reader.takeWord("offset") ? count(reader) : undefined;
  reader.takeSymbol(";");
  if (reader.next.type !== "end") throw queryError("The query should end", reader.next.at);
  return { isDistinct, columns, where, groupBy, having, orderBy, limit, offset };
}

/** An expression that stands alone, such as one of the configuration. */
export function parseAlone(text: string): Expression {
  const reader = new TokenReader(tokenize(text));
  const expression = parseExpression(reader);
  if (reader.next.type !== "end") throw queryError("The expression should end", reader.next.at);
  return expression;
}

function resultColumn(reader: TokenReader): ResultColumn | "*" {
  if (reader.takeSymbol("*")) return "*";
  const expression = parseExpression(reader);
  return { expression, alias: alias(reader) };
}

function alias(reader: TokenReader): string | undefined {
  const isNamed = reader.takeWord("as");
  const { type, text, value, at } = reader.next;
  if (type === "string" || type === "bracket") {
    reader.take();
    return value;
  }
  if (reader.isName()) {
    reader.take();
    return text;
  }
  if (isNamed) throw queryError("A name is expected", at);
  return undefined;
}

function ordering(reader: TokenReader): Ordering {
  const expression = parseExpression(reader);
  const isDescending = reader.takeWord("desc");
  if (!isDescending) reader.takeWord("asc");
  return { expression, isDescending };
}

function count(reader: TokenReader): Literal | Parameter {
  const token = reader.take();
  const value = literal(token);
  if (value) return value;
  throw queryError("A whole number is expected", token.at);
}

function takeWords(reader: TokenReader, first: string, second: string): boolean {
  if (!reader.takeWord(first)) return false;
  reader.expectWord(second);
  return true;
}
