import { Readable } from "node:stream";
import { parse, type CsvError, type Info } from "csv-parse";
import { RagError } from "../errors.ts";
import { toDocument } from "./fields.ts";
import { MAX_LINE_BYTES, readLines } from "./lines.ts";
import type { LoadedRecord, Loader, LoadOptions } from "./loader.ts";
import { decodeUtf8, decodeUtf8Leniently } from "./utf8.ts";

/** A header names fields; a table with more columns is not one of documents. */
const MAX_COLUMNS = 10_000;
/** Characters handed to the parser at once. */
const CHUNK_LENGTH = 65_536;

/** Comma, semicolon or tab separated values with a header row. */
export const csv: Loader = {
  extensions: [".csv", ".tsv"],
  mediaTypes: ["text/csv", "application/csv", "text/tab-separated-values"],
  records: true,
  async *load(bytes, options) {
    const table = new Table(options);
    for await (const row of readRows(bytes, table, options)) {
      yield* table.takeFailures();
      const record = table.read(row);
      if (record !== undefined) yield record;
    }
    yield* table.takeFailures();
  },
};

interface Row {
  readonly record: readonly string[];
  readonly info: Info;
}

async function* readRows(bytes: AsyncIterable<Uint8Array>, table: Table, options: LoadOptions): AsyncIterable<Row> {
  const chunks = readChunks(bytes, table, options);
  const first = await chunks.next();
  if (first.done === true) return;
  const parser = parse({
    delimiter: findDelimiter(first.value),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      table.skip(error);
      return undefined;
    },
    max_record_size: MAX_LINE_BYTES,
  });
  const input = Readable.from(startWith(first.value, chunks)).on("error", (error) => parser.destroy(error));
  try {
    for await (const row of input.pipe(parser) as AsyncIterable<Row>) yield row;
  } catch (error) {
    throw toRagError(error, options.source);
  } finally {
    input.destroy();
  }
}

/** Text for the parser, decoded line by line so that a byte that is not UTF-8 costs its own row only. */
async function* readChunks(bytes: AsyncIterable<Uint8Array>, table: Table, { signal }: LoadOptions) {
  let chunk = "";
  for await (const line of readLines(bytes, { signal })) {
    const text = line.bytes === undefined ? "" : decodeUtf8(line.bytes);
    if (line.bytes === undefined) table.spoil(line.number, `longer than ${MAX_LINE_BYTES} bytes`);
    else if (text === undefined) table.spoil(line.number, "not valid UTF-8");
    chunk += `${text ?? decodeUtf8Leniently(line.bytes ?? new Uint8Array())}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

async function* startWith<T>(first: T, rest: AsyncIterable<T>): AsyncIterable<T> {
  yield first;
  yield* rest;
}

/** The separator that the header row has most of; names of fields rarely contain one. */
function findDelimiter(start: string): string {
  const header = start.slice(0, start.indexOf("\n"));
  const count = (delimiter: string) => header.split(delimiter).length;
  return [",", "\t", ";"].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** Rows to records: the header, the line each row began on, and the rows that cannot be used. */
class Table {
  readonly #options: LoadOptions;
  #header: readonly string[] | undefined;
  #failures: LoadedRecord[] = [];
  #spoilt: { line: number; what: string }[] = [];
  #lastLine = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** The row as a document; `undefined` for the header. */
  read({ record, info }: Row): LoadedRecord | undefined {
    const line = this.#lastLine + 1 + this.#emptyLinesBefore(info);
    this.#lastLine = info.lines;
    const spoilt = this.#takeSpoilt(info.lines);
    if (this.#header === undefined) return this.#readHeader(record, line, spoilt);
    if (spoilt !== undefined) return this.#fail(spoilt.line, spoilt.what);
    if (record.length !== this.#header.length) {
      return this.#fail(line, `${record.length} columns where the header has ${this.#header.length}`);
    }
    return toDocument(
      Object.fromEntries(this.#header.map((name, column) => [name, record[column]])),
      line,
      this.#options,
    );
  }

  /** A row that the parser could not read; it goes on with the next one. */
  skip(error: CsvError | undefined): void {
    const lines = Number((error as { lines?: unknown } | undefined)?.lines ?? this.#lastLine + 1);
    this.#failures.push(this.#fail(lines, describe(error)));
    this.#lastLine = lines;
  }

  spoil(line: number, what: string): void {
    this.#spoilt.push({ line, what });
  }

  takeFailures(): LoadedRecord[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  #emptyLines = 0;
  #emptyLinesBefore(info: Info): number {
    const before = info.empty_lines - this.#emptyLines;
    this.#emptyLines = info.empty_lines;
    return before;
  }

  #takeSpoilt(upTo: number) {
    const spoilt = this.#spoilt.filter(({ line }) => line <= upTo);
    this.#spoilt = this.#spoilt.filter(({ line }) => line > upTo);
    return spoilt[0];
  }

  #readHeader(record: readonly string[], line: number, spoilt: { what: string } | undefined): undefined {
    const names = record.map((name) => name.trim());
    const twice = names.find((name, column) => names.indexOf(name) !== column);
    const what =
      spoilt?.what ??
      (names.length > MAX_COLUMNS ? `more than ${MAX_COLUMNS} columns` : undefined) ??
      (names.includes("") ? "a column without a name" : undefined) ??
      (twice === undefined ? undefined : `two columns named ${twice.slice(0, 40)}`);
    if (what !== undefined) {
      throw new RagError("source_invalid", `${this.#options.source}, line ${line}: the header row has ${what}`, {
        hint: "the first row must name every column",
      });
    }
    this.#header = names;
  }

  #fail(line: number, what: string): LoadedRecord {
    return { error: new RagError("record_invalid", `${this.#options.source}, line ${line}: ${what}`), line };
  }
}

/** The parser's messages quote the text: only its code is told. */
function describe(error: { code?: string } | undefined): string {
  switch (error?.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quote is opened and never closed";
    case "CSV_MAX_RECORD_SIZE":
      return `a row of more than ${MAX_LINE_BYTES} characters, perhaps a quote that is never closed`;
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
      return "a quote in the middle of a value";
    default:
      return "not valid CSV";
  }
}

function toRagError(error: unknown, source: string): unknown {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (error instanceof RagError || typeof code !== "string" || !/^(CSV_|INVALID_)/.test(code)) return error;
  return new RagError("source_invalid", `${source}: ${describe({ code })}`, { cause: error });
}
