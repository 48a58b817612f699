import * as lancedb from "@lancedb/lancedb";
import type { TextSettings } from "../schemas/text-settings.ts";
import { fieldColumn } from "./passage-schema.ts";

/** A column with a full-text index. */
export interface TextColumn {
  readonly name: string;
  readonly boost: number;
}

/** Title and passage in one column, or the passage alone where the title has an index of its own. */
const PASSAGE_COLUMN = "search_text";

/** The columns that keyword search reads. */
export function textColumns({ text_fields: fields }: TextSettings): readonly [TextColumn, ...TextColumn[]] {
  const [first = { name: PASSAGE_COLUMN, boost: 1 }, ...others] = Object.entries(fields ?? {}).map(
    ([name, { boost }]) => ({ name: columnOf(name), boost }),
  );
  return [first, ...others];
}

export function textIndexName({ name }: TextColumn): string {
  return `${name}_idx`;
}

export function textIndex({ analyzer }: TextSettings): lancedb.Index {
  if (analyzer === undefined) return lancedb.Index.fts();
  const { language, stem, stop_words: stopWords, lower_case: lowercase, ascii_folding: asciiFolding } = analyzer;
  return lancedb.Index.fts({
    language: language.charAt(0).toUpperCase() + language.slice(1),
    stem,
    lowercase,
    asciiFolding,
    removeStopWords: stopWords !== false,
    ...(Array.isArray(stopWords) && { customStopWords: stopWords }),
  });
}

/** What is looked for: words, and others that are worth less. */
export interface TextQuery {
  readonly text: string;
  readonly expansions?: readonly { readonly text: string; readonly weight: number }[];
}

/** BM25 of every column times its boost, added up. LanceDB's own query over several columns takes the best one instead. */
export function textQuery({ text, expansions = [] }: TextQuery, columns: readonly TextColumn[]): lancedb.FullTextQuery {
  const texts = [{ text, weight: 1 }, ...expansions];
  const parts = texts.flatMap(({ text: words, weight }) =>
    columns.map(({ name, boost }) => new lancedb.MatchQuery(words, name, { boost: weight * boost })),
  );
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return new lancedb.BooleanQuery(parts.map((part) => [lancedb.Occur.Should, part]));
}

/** Words of a query that are compared with similar ones. */
const MAX_SIMILAR_WORDS = 32;
/** Most typing errors come after it, and without it every word is like some other. */
const KEPT_LETTERS = 1;
/** From so many letters on a word may differ by one, and by two; shorter ones are other words then. */
const [ONE_ERROR, TWO_ERRORS] = [5, 9];
/** LanceDB refuses to compare longer words, counted in bytes. */
const MAX_COMPARED = 32;

/** The same with words that are similar, as several queries whose scores add up: a query of several parts compares nothing. */
export function similarTextQueries(words: readonly string[], columns: readonly TextColumn[]): lancedb.FullTextQuery[] {
  const byErrors = Map.groupBy(words.slice(0, MAX_SIMILAR_WORDS), errorsIn);
  return [...byErrors].flatMap(([fuzziness, some]) => {
    const similar = fuzziness === 0 ? {} : { fuzziness, prefixLength: KEPT_LETTERS };
    return columns.map(({ name, boost }) => new lancedb.MatchQuery(some.join(" "), name, { boost, ...similar }));
  });
}

function errorsIn(word: string): number {
  if (word.length < ONE_ERROR || Buffer.byteLength(word) > MAX_COMPARED) return 0;
  return word.length < TWO_ERRORS ? 1 : 2;
}

function columnOf(field: string): string {
  if (field === "text") return PASSAGE_COLUMN;
  return field === "title" ? "title" : fieldColumn(field);
}
