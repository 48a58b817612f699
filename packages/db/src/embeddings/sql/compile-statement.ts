import { Bindings } from "./bindings.ts";
import type { BoundSql, QueryParameters } from "./bindings.ts";
import { COLUMNS, isOwnColumn } from "./columns.ts";
import { compileExpression } from "./compile-expression.ts";
import type { Scope } from "./compile-expression.ts";
import { compileEligible } from "./eligible.ts";
import { Expansion } from "./expansion.ts";
import type { RegisteredFunction } from "./functions.ts";
import { labelOf } from "./labels.ts";
import { named, usesScore } from "./named.ts";
import type { Names } from "./named.ts";
import { queryError } from "./query-error.ts";
import { readSearch } from "./search-clause.ts";
import type { SearchClause } from "./search-clause.ts";
import type { Expression, Literal, Parameter, ResultColumn, Similar, Statement } from "./syntax-tree.ts";

/** What is bound for each row of an answer has a bound. */
const MAX_COLUMNS = 100;
/** Each is a search through all rows, and a text to embed. */
const MAX_SEARCHES = 100;
/** Of the SQL of conditions that SQLite may choose an index by. */
const MAX_PLANNED_LENGTH = 8_192;

export interface CompileOptions {
  readonly parameters?: QueryParameters | undefined;
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Of the configuration, by name in lower case. */
  readonly expressions: Names;
  /** Of the call; a limit of the statement counts instead. */
  readonly limit: number;
}

export interface CompiledStatement {
  readonly answer: BoundSql;
  /** Gives the rows which searches choose among; all rows when absent. */
  readonly eligible: BoundSql | undefined;
  /** Of the columns of an answer. */
  readonly labels: readonly string[];
  /** The searches that the statement asks for. */
  readonly searches: readonly SearchClause[];
}

/** SQLite's statement of one of the dialect. @throws {DbError} `query_invalid` with the place */
export function compileStatement(statement: Statement, options: CompileOptions): CompiledStatement {
  const bindings = new Bindings(options.parameters ?? {});
  const columns = statement.columns.flatMap(expandStar);
  if (columns.length > MAX_COLUMNS) throw queryError(`There are more than ${MAX_COLUMNS} columns`, 0);
  const similars: Similar[] = [];
  const own: Scope = {
    bindings,
    functions: options.functions,
    names: options.expressions,
    expansion: new Expansion(),
    similar: ({ at }) => {
      throw queryError("similar() is a condition of WHERE", at);
    },
    allowsAggregates: true,
  };
  const selected = columns.map(({ expression }) => compileExpression(expression, own));
  const scope: Scope = { ...own, names: withAliases(columns, options.expressions) };
  const whereScope: Scope = { ...scope, allowsAggregates: false, similar: (node) => found(node, similars, bindings) };
  const where = statement.where && compileExpression(statement.where, whereScope);
  const eligible = statement.where && compileEligible(statement.where, whereScope);
  const { limit, offset } = rowCounts(statement, bindings, options.limit);
  const hasSearch = similars.length > 0;
  const depth =
    statement.where && hasSearch ? candidates(statement.where, scope, { limit, offset, call: options.limit }) : 0;
  const from = `from sections s ${touchesData(where) ? "" : "left "}join documents d on d.id = s.id left join objects o on o.id = s.id`;
  const text = [
    `select ${statement.isDistinct ? "distinct " : ""}${selected.map((sql, at) => `${sql} as c${at}`).join(", ")} ${from}`,
    "left join (select indexid, avg(score) as score from found group by indexid) r on r.indexid = s.indexid",
    where === undefined ? "" : `where ${planned(where)}`,
    grouping(statement, columns, scope),
    ordering(statement, columns, scope, hasSearch),
    `limit ${bindings.bind(BigInt(limit))} offset ${bindings.bind(BigInt(offset))}`,
  ];
  return {
    answer: bindings.inOrder(text.join(" ")),
    eligible:
      eligible === undefined || !hasSearch
        ? undefined
        : bindings.inOrder(`select s.indexid ${from} where ${planned(eligible)}`),
    labels: columns.map(({ expression, alias }) => alias ?? labelOf(expression)),
    searches: similars.map((similar) => readSearch(similar, bindings, depth)),
  };
}

function expandStar(column: ResultColumn | "*"): ResultColumn[] {
  if (column !== "*") return [column];
  return Object.keys(COLUMNS).map((name) => ({
    expression: { type: "column", name, isEscaped: false, at: 0 },
    alias: undefined,
  }));
}

/** A column that rows have is never one of the statement's. Inside of an alias there are no aliases: it may be called as a field in it. */
function withAliases(columns: readonly ResultColumn[], expressions: Names): Names {
  const names = new Map(expressions);
  for (const { expression, alias } of columns) {
    if (alias !== undefined && !isOwnColumn(alias)) names.set(alias.toLowerCase(), named(expression, expressions));
  }
  return names;
}

function found(node: Similar, similars: Similar[], bindings: Bindings): string {
  if (!similars.includes(node)) similars.push(node);
  if (similars.length > MAX_SEARCHES) throw queryError(`There are more than ${MAX_SEARCHES} searches`, node.at);
  return `s.indexid in (select indexid from found where clause = ${bindings.bind(BigInt(similars.indexOf(node)))})`;
}

/** Rows whose document is no object have no fields, and no condition on a field holds for them. */
function touchesData(where: string | undefined): boolean {
  return where?.includes("json_extract(d.data, ") ?? false;
}

/** SQLite looks at each condition beside each other for an index, which no long list of them is worth; behind a sign it does not. */
function planned(condition: string): string {
  return condition.length > MAX_PLANNED_LENGTH ? `+${condition}` : condition;
}

/** How many rows a search is to find: enough for the page, ten times as many where there are further conditions, all for those on scores. */
function candidates(
  where: Expression,
  scope: Scope,
  { limit, offset, call }: { readonly limit: number; readonly offset: number; readonly call: number },
): number {
  if (usesScore(where, scope.names)) return Number.POSITIVE_INFINITY;
  let only = where;
  while (only.type === "parenthesized") only = only.operand;
  return (Math.max(limit, call) + offset) * (only.type === "similar" ? 1 : 10);
}

function grouping({ groupBy, having }: Statement, columns: readonly ResultColumn[], scope: Scope): string {
  const inner = { ...scope, allowsAggregates: false };
  const groups = groupBy.map((expression) => place(expression, columns) ?? compileExpression(expression, inner));
  const conditions = having ? `having ${planned(compileExpression(having, scope))}` : "";
  return `${groups.length > 0 ? `group by ${groups.join(", ")} ` : ""}${conditions}`;
}

/** The best first where something was searched, and at last rows as they were added, so that every answer has one order. */
function ordering(
  { orderBy, isDistinct, groupBy }: Statement,
  columns: readonly ResultColumn[],
  scope: Scope,
  hasSearch: boolean,
): string {
  const asked = orderBy.map(({ expression, isDescending }) => {
    const sql = place(expression, columns) ?? compileExpression(expression, scope);
    return `${sql}${isDescending ? " desc" : ""}`;
  });
  const orders = asked.length > 0 ? asked : hasSearch ? ["r.score desc"] : [];
  if (!isDistinct && groupBy.length === 0) orders.push("s.indexid");
  return orders.length > 0 ? `order by ${orders.join(", ")}` : "";
}

/** `order by 2` is the second column. */
function place(expression: Expression, columns: readonly ResultColumn[]): string | undefined {
  if (expression.type !== "literal" || typeof expression.value !== "bigint") return undefined;
  const at = Number(expression.value) - 1;
  if (columns[at]) return `c${at}`;
  throw queryError("There is no such column", expression.at);
}

function rowCounts(statement: Statement, bindings: Bindings, call: number): { limit: number; offset: number } {
  return {
    limit: statement.limit ? wholeNumber(statement.limit, bindings) : call,
    offset: statement.offset ? wholeNumber(statement.offset, bindings) : 0,
  };
}

function wholeNumber(node: Literal | Parameter, bindings: Bindings): number {
  const value = bindings.valueOf(node);
  if (typeof value === "bigint" && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw queryError("A whole number from 0 is expected", node.at);
}
