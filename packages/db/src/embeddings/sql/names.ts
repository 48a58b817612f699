import { DbError } from "../../errors.ts";
import { isOwnColumn } from "./columns.ts";
import { named } from "./named.ts";
import type { Name, Names } from "./named.ts";
import { parseAlone } from "./parse-statement.ts";
import { find } from "./syntax-tree.ts";

/** A name for an expression, for all statements. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
  /** Taken, and without effect: nothing here needs an index to be asked for. */
  readonly index?: boolean;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** @throws {DbError} `collection_invalid`, or `query_invalid` with the place in the expression */
export function namesOf(expressions: readonly NamedExpression[] = []): Names {
  const names = new Map<string, Name>();
  for (const { name, expression: text } of expressions) {
    const expression = parseAlone(text);
    const isSearch = find(expression, ({ type }) => type === "similar" || type === "parameter") !== undefined;
    if (!NAME.test(name) || isOwnColumn(name) || isSearch) {
      throw new DbError("collection_invalid", `expressions: ${name.slice(0, 64)} cannot be one.`, {
        hint: "Its name is a word and no column that rows have; it holds neither similar() nor parameters.",
      });
    }
    names.set(name.toLowerCase(), named(expression, new Map()));
  }
  return names;
}
