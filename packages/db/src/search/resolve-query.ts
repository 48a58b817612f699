import type { PassageReads } from "../tables/passage-reads.ts";
import { both } from "../tables/sql.ts";
import { expandQuery } from "./expansion/expand-query.ts";
import type { Alternatives } from "./expansion/expand-query.ts";
import type { Synonyms } from "./expansion/synonyms.ts";
import type { SearchSources } from "./search-sources.ts";
import { constraintSql } from "./constraint-sql.ts";
import { readQuery } from "./query-syntax.ts";
import type { ReadQuery } from "./query-syntax.ts";
import type { ModedRequest } from "./search-request.ts";
import { wordsOf } from "./words.ts";

/** Passages that are read for the words that begin as asked, and words that are taken of them. */
const PREFIX_PASSAGES = 2_000;
const PREFIX_WORDS = 24;

export interface ResolvedQuery {
  readonly query: ReadQuery;
  /** The filter's predicate together with that of phrases and signs. */
  readonly where: string | undefined;
}

/** Reads the query's syntax, and puts the words in place of their beginnings. @throws {DbError} `query_invalid` */
export async function resolveQuery(
  { table, abbreviations }: Pick<SearchSources, "table" | "abbreviations">,
  { query = "", syntax, expand }: Pick<ModedRequest, "query" | "syntax" | "expand">,
  { filter, synonyms }: { readonly filter: string | undefined; readonly synonyms: Synonyms | undefined },
): Promise<ResolvedQuery> {
  const written = readQuery(query, syntax);
  const listed: Alternatives = (term) => synonyms?.get(term.toLowerCase()) ?? [];
  const read = expand
    ? { ...written, expansions: expandQuery(written.text, [await abbreviations.alternatives(), listed]) }
    : written;
  const predicates = read.constraints.map((constraint) => constraintSql(constraint, table.textColumns));
  const where = predicates.reduce((joined: string | undefined, predicate) => both(joined, predicate), filter);
  if (read.prefixes.length === 0) return { query: read, where };
  const longer = await Promise.all(read.prefixes.map((prefix) => wordsFrom(table, prefix, where)));
  return { query: { ...read, text: [read.text, ...longer.flat()].join(" ") }, where };
}

/** The most frequent words that begin so. */
async function wordsFrom(table: PassageReads, prefix: string, where: string | undefined): Promise<string[]> {
  const constraint = { words: [prefix], isPrefix: true, isNegative: false };
  const begins = both(where, constraintSql(constraint, table.textColumns));
  const counts = new Map<string, number>();
  for (const text of await table.texts({ where: begins, limit: PREFIX_PASSAGES })) {
    for (const word of wordsOf(text.toLowerCase())) {
      if (word.startsWith(prefix) && word !== prefix) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const frequent = [...counts].sort(([left, some], [right, others]) => others - some || (left < right ? -1 : 1));
  return frequent.slice(0, PREFIX_WORDS).map(([word]) => word);
}
