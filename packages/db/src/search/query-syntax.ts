import { DbError } from "../errors.ts";
import type { SearchRequest } from "../schemas/search.ts";
import type { Expansion } from "./expansion/expand-query.ts";
import { wordsOf } from "./words.ts";

/** A word or a phrase that must be there, or must not. */
export interface Constraint {
  readonly words: readonly string[];
  /** The last word may go on. */
  readonly isPrefix: boolean;
  readonly isNegative: boolean;
}

/** What a query asks for. */
export interface ReadQuery {
  /** What legs rank by: all words that are not excluded. */
  readonly text: string;
  readonly constraints: readonly Constraint[];
  /** Beginnings of words, in lower case. */
  readonly prefixes: readonly string[];
  /** What else the keyword leg looks for. */
  readonly expansions?: readonly Expansion[];
}

/** Each constraint is a regular expression over every passage. */
const MAX_CONSTRAINTS = 32;
/** Words and characters of all of them: a long expression takes its time, and the engine refuses one of some hundred words. */
const MAX_CONSTRAINT_WORDS = 64;
const MAX_CONSTRAINT_LENGTH = 1_000;
/** Shorter beginnings are those of half the vocabulary. */
const MIN_PREFIX = 2;
/** An operator, then a phrase or anything up to a space. */
const PART = /([+-]?)(?:"([^"]*)("?)|(\S+))/gu;

/**
 * Reads `"a phrase"`, `+word`, `-word` and `word*`; everything is a word in the plain syntax.
 * @throws {DbError} `query_invalid`, with the offset in `details.position`
 */
export function readQuery(query: string, syntax: SearchRequest["syntax"]): ReadQuery {
  if (syntax === "plain") return { text: query, constraints: [], prefixes: [] };
  const [texts, constraints, prefixes]: [string[], Constraint[], string[]] = [[], [], []];
  for (const { 1: sign = "", 2: phrase, 3: end, 4: bare = "", index } of query.matchAll(PART)) {
    if (phrase !== undefined && end === "") throw invalid("the quotation mark has no partner", index + sign.length);
    const written = phrase ?? bare;
    const words = wordsOf(written);
    if (words.length === 0) {
      if (sign === "" && phrase === undefined) continue;
      throw invalid("there is no word", index);
    }
    const isPrefix = phrase === undefined && written.endsWith("*");
    const last = words.at(-1) ?? "";
    if (isPrefix && last.length < MIN_PREFIX) {
      throw invalid(`at least ${MIN_PREFIX} characters stand before an asterisk`, index);
    }
    const isNegative = sign === "-";
    if (sign !== "" || phrase !== undefined) constraints.push({ words, isPrefix, isNegative });
    if (isNegative) continue;
    texts.push(words.join(" "));
    if (isPrefix) prefixes.push(last.toLowerCase());
  }
  if (texts.length === 0) throw invalid("only words that are excluded", 0);
  if (constraints.length > MAX_CONSTRAINTS) throw invalid(`more than ${MAX_CONSTRAINTS} phrases and signs`, 0);
  const demanded = constraints.flatMap(({ words }) => words);
  if (demanded.length > MAX_CONSTRAINT_WORDS || demanded.join("").length > MAX_CONSTRAINT_LENGTH) {
    const most = `${MAX_CONSTRAINT_WORDS} words or ${MAX_CONSTRAINT_LENGTH} characters`;
    throw invalid(`phrases and signs of more than ${most}`, 0);
  }
  return { text: texts.join(" "), constraints, prefixes };
}

function invalid(reason: string, position: number): DbError {
  return new DbError("query_invalid", `The query is not valid at character ${position}: ${reason}.`, {
    hint: 'Use "plain" syntax for words alone.',
    details: { pointer: "/query", position },
  });
}
