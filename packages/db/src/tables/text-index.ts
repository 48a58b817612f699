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

/** BM25 of every column times its boost, added up. LanceDB's own query over several columns takes the best one instead. */
export function textQuery(query: string, columns: readonly TextColumn[]): lancedb.FullTextQuery {
  const parts = columns.map(({ name, boost }) => new lancedb.MatchQuery(query, name, { boost }));
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return new lancedb.BooleanQuery(parts.map((part) => [lancedb.Occur.Should, part]));
}

function columnOf(field: string): string {
  if (field === "text") return PASSAGE_COLUMN;
  return field === "title" ? "title" : fieldColumn(field);
}
