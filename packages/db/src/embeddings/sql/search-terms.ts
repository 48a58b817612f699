import { isStatement, parseStatement } from "./parse-statement.ts";
import { find } from "./syntax-tree.ts";
import type { Expression, Similar } from "./syntax-tree.ts";

/** What a statement searches for, all its searches in a row; a question is what it is. `undefined` where nothing is searched for. */
export function searchTerms(query: string): string | undefined {
  return similarWords(query, ({ query: text, settings }) => [text, ...settings]);
}

/** The same without the settings of searches. */
export function searchTexts(query: string): string | undefined {
  return similarWords(query, ({ query: text }) => [text]);
}

function similarWords(query: string, wordsOf: (search: Similar) => readonly Expression[]): string | undefined {
  if (!isStatement(query)) return query;
  const { where } = parseStatement(query);
  const searches: Similar[] = [];
  if (where) {
    // Goes on to the next by never being content.
    find(where, (expression) => {
      if (expression.type === "similar") searches.push(expression);
      return false;
    });
  }
  return searches.length === 0 ? undefined : searches.flatMap(wordsOf).map(wordOf).join(" ");
}

function wordOf(value: Expression): string {
  if (value.type === "parameter") return `:${value.name}`;
  return value.type === "literal" ? String(value.value) : "";
}
