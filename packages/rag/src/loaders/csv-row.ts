const QUOTE = '"';

/**
 * One row of comma separated values (RFC 4180), read line by line: a quoted value may go on over several. A quote inside
 * an unquoted value is an ordinary character, as spreadsheets write it.
 */
export class CsvRow {
  readonly #delimiter: string;
  readonly #values: string[] = [];
  /** The quoted value that the last line did not close. */
  #open: string | undefined;
  #misquoted = false;
  /** Characters so far. */
  length = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Reads a line; true when the row ends with it. */
  read(line: string): boolean {
    this.length += line.length + 1;
    let at = this.#open === undefined ? 0 : this.#readQuoted(line, 0);
    while (this.#open === undefined && at <= line.length) {
      at = line.startsWith(QUOTE, at) ? this.#readQuoted(line, at + 1, "") : this.#readPlain(line, at);
    }
    return this.#open === undefined;
  }

  /** The line end that belongs to an open value. */
  append(lineEnd: string): void {
    if (this.#open !== undefined) this.#open += lineEnd;
  }

  get values(): readonly string[] {
    return this.#values;
  }

  /** A closing quote is followed by more of the value. */
  get misquoted(): boolean {
    return this.#misquoted;
  }

  #readPlain(line: string, at: number): number {
    const found = line.indexOf(this.#delimiter, at);
    const end = found === -1 ? line.length : found;
    this.#values.push(line.slice(at, end));
    return end + 1;
  }

  /** From inside a quoted value to behind the delimiter after it. */
  #readQuoted(line: string, from: number, before = this.#open ?? ""): number {
    let value = before;
    let at = from;
    for (let end = line.indexOf(QUOTE, at); end !== -1; end = line.indexOf(QUOTE, at)) {
      value += line.slice(at, end);
      at = end + 1;
      if (!line.startsWith(QUOTE, at)) return this.#close(line, at, value);
      value += QUOTE;
      at += 1;
    }
    this.#open = value + line.slice(at);
    return line.length + 1;
  }

  #close(line: string, at: number, value: string): number {
    this.#open = undefined;
    this.#values.push(value);
    if (at === line.length || line.startsWith(this.#delimiter, at)) return at + 1;
    this.#misquoted = true;
    const next = line.indexOf(this.#delimiter, at);
    return next === -1 ? line.length + 1 : next + 1;
  }
}
