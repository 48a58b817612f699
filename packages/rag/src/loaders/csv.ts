import { RagError } from "../errors.ts";
import { CsvRow } from "./csv-row.ts";
import { toDocument } from "./fields.ts";
import type { LoadedRecord, Loader, LoadOptions } from "./loader.ts";
import { decodeUtf8, decodeUtf8Leniently, MAX_LINE_BYTES, readLines, type Line } from "@galen/db/lines";

/** A header names fields; a table with more columns is not one of documents. */
const MAX_COLUMNS = 10_000;

/** Comma, semicolon or tab separated values with a header row. */
export const csv: Loader = {
  extensions: [".csv", ".tsv"],
  mediaTypes: ["text/csv", "application/csv", "text/tab-separated-values"],
  records: true,
  async *load(bytes, options) {
    let header: readonly string[] | undefined;
    for await (const row of readRows(readLines(bytes, { signal: options.signal }))) {
      if (header === undefined) header = readHeader(row, options);
      else yield readRecord(row, header, options);
    }
  },
};

interface Row {
  /** Where it begins. */
  readonly line: number;
  readonly values: readonly string[];
  /** Why it cannot be used. */
  readonly problem: string | undefined;
}

async function* readRows(lines: AsyncIterable<Line>): AsyncIterable<Row> {
  let open: OpenRow | undefined;
  let delimiter: string | undefined;
  for await (const line of lines) {
    const text = textOf(line);
    if (open === undefined && text.trim() === "") continue;
    delimiter ??= findDelimiter(text);
    open ??= new OpenRow(line.number, delimiter);
    if (!open.read(line, text)) continue;
    yield open.finish();
    open = undefined;
  }
  if (open !== undefined) yield open.finish("a quote is opened and never closed");
}

/** A row being read, with the line it began on and what is wrong with its lines. */
class OpenRow {
  readonly #line: number;
  readonly #row: CsvRow;
  #problem: string | undefined;

  constructor(line: number, delimiter: string) {
    this.#line = line;
    this.#row = new CsvRow(delimiter);
  }

  /** True when the row ends: also when it is too long, since its quote may never be closed. */
  read({ bytes, lineEnd }: Line, text: string): boolean {
    if (bytes === undefined) this.#problem ??= `longer than ${MAX_LINE_BYTES} bytes`;
    else if (decodeUtf8(bytes) === undefined) this.#problem ??= "not valid UTF-8";
    if (this.#row.read(text)) return true;
    this.#row.append(lineEnd);
    if (this.#row.length <= MAX_LINE_BYTES) return false;
    this.#problem ??= `a row of more than ${MAX_LINE_BYTES} characters, perhaps a quote that is never closed`;
    return true;
  }

  finish(problem?: string): Row {
    const misquoted = this.#row.misquoted ? "a quote in the middle of a value" : undefined;
    return { line: this.#line, values: this.#row.values, problem: this.#problem ?? misquoted ?? problem };
  }
}

/** Of a broken line only the quotes and delimiters matter: they say where its row ends. */
function textOf({ bytes }: Line): string {
  return bytes === undefined ? "" : (decodeUtf8(bytes) ?? decodeUtf8Leniently(bytes));
}

/** The separator that the header row has most of; names of fields rarely contain one. */
function findDelimiter(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length;
  return [",", "\t", ";"].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function readHeader({ line, values, problem }: Row, { source }: LoadOptions): readonly string[] {
  const names = values.map((name) => name.trim());
  const twice = names.find((name, column) => names.indexOf(name) !== column);
  const what =
    problem ??
    (names.length > MAX_COLUMNS ? `more than ${MAX_COLUMNS} columns` : undefined) ??
    (names.includes("") ? "a column without a name" : undefined) ??
    (twice === undefined ? undefined : `two columns named ${twice.slice(0, 40)}`);
  if (what === undefined) return names;
  throw new RagError("source_invalid", `${source}, line ${line}: the header row has ${what}`, {
    hint: "the first row must name every column",
  });
}

function readRecord({ line, values, problem }: Row, header: readonly string[], options: LoadOptions): LoadedRecord {
  const columns = values.length === header.length ? undefined : columnsDiffer(values.length, header.length);
  const what = problem ?? columns;
  if (what !== undefined) {
    return { error: new RagError("record_invalid", `${options.source}, line ${line}: ${what}`), line };
  }
  return toDocument(Object.fromEntries(header.map((name, column) => [name, values[column]])), line, options);
}

function columnsDiffer(found: number, expected: number): string {
  return `${found} ${found === 1 ? "column" : "columns"} where the header has ${expected}`;
}
