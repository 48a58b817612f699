import { DbError } from "../../errors.ts";

/** Terms, in lower case, with the terms that a search for them looks for as well. */
export type Synonyms = ReadonlyMap<string, readonly string[]>;

const MAX_LINES = 200_000;
const MAX_LINE_LENGTH = 10_000;

/**
 * Reads a list of synonyms: `heart attack, myocardial infarction, MI` are found by each other, `MI => myocardial infarction` goes one way.
 * Empty lines and those that begin with `#` mean nothing.
 *
 * @throws {DbError} `query_invalid`, with the line
 */
export function parseSynonyms(text: string): Synonyms {
  const synonyms = new Map<string, string[]>();
  const add = (from: string, to: readonly string[]) => {
    const known = synonyms.get(from) ?? [];
    synonyms.set(from, [...new Set([...known, ...to])]);
  };
  const lines = text.split(/\r?\n/);
  if (lines.length > MAX_LINES) throw invalid(`more than ${MAX_LINES} lines`, MAX_LINES);
  for (const [at, line] of lines.entries()) {
    if (line.length > MAX_LINE_LENGTH) throw invalid(`longer than ${MAX_LINE_LENGTH} characters`, at + 1);
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [left = "", right, ...rest] = line.split("=>");
    const [from, to] = [termsOf(left), right === undefined ? [] : termsOf(right)];
    if (rest.length > 0 || from.length === 0 || (right === undefined ? from.length < 2 : to.length === 0)) {
      throw invalid("not several terms between commas, nor terms => terms", at + 1);
    }
    for (const term of from) add(term, right === undefined ? from.filter((other) => other !== term) : to);
  }
  return synonyms;
}

function termsOf(text: string): string[] {
  const terms = text.split(",").map((term) => term.trim().toLowerCase().replaceAll(/\s+/g, " "));
  return terms.filter((term) => term !== "");
}

function invalid(reason: string, line: number): DbError {
  return new DbError("query_invalid", `Line ${line} of the synonyms: ${reason}.`, { details: { line } });
}
