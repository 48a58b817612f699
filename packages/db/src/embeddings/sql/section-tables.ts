import { setImmediate } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import type { Scored } from "../scored.ts";
import type { CompiledStatement } from "./compile-statement.ts";
import type { RegisteredFunction, SqlValue } from "./functions.ts";
import { queryError } from "./query-error.ts";
import { addTextFunctions } from "./text-functions.ts";
import { Work } from "./work.ts";

/** A row of the index as statements see it. */
export interface SectionRow {
  readonly indexid: number;
  readonly id: string;
  readonly text: string;
  readonly tags: string | null;
  /** When it was added. */
  readonly entry: string;
  /** The object that was indexed, as JSON. */
  readonly data: string | null;
  readonly object: Uint8Array | null;
}

export type ResultRow = Record<string, SqlValue>;

const SCHEMA = `
  create table documents (id text primary key, data text, tags text, entry text) without rowid;
  create table objects (id text primary key, object blob) without rowid;
  create table sections (indexid integer primary key, id text, text text, tags text, entry text);
  create index section_id on sections (id);
  create temp table found (clause integer, indexid integer, score real, primary key (clause, indexid)) without rowid;
`;

/** Statements that may wait to be freed. */
const MAX_PREPARED = 256;

/** The rows of an index in memory, in txtai's tables, for statements. What is durable stands elsewhere. */
export class SectionTables implements Disposable {
  readonly #sqlite = new Sqlite(":memory:");
  readonly #work = new Work();
  /** Characters of all texts, those of rows that are gone included. */
  #stored = 0;
  #prepared = 0;
  #hasFound = false;
  readonly #clearFound: Sqlite.Statement;
  readonly #addFound: Sqlite.Statement;
  readonly #textOf: Sqlite.Statement;

  constructor(functions: ReadonlyMap<string, RegisteredFunction>) {
    this.#sqlite.exec(SCHEMA);
    addTextFunctions(this.#sqlite, this.#work);
    addFunctions(this.#sqlite, functions);
    this.#clearFound = this.#sqlite.prepare("delete from found");
    this.#addFound = this.#sqlite.prepare("insert into found values (?, ?, ?)");
    this.#textOf = this.#sqlite.prepare("select id, text from sections where indexid = ?");
  }

  /** Rows whose ids have no rows of before. */
  insert(rows: readonly SectionRow[]): void {
    const section = this.#sqlite.prepare("insert into sections values (@indexid, @id, @text, @tags, @entry)");
    const document = this.#sqlite.prepare("insert or replace into documents values (@id, @data, @tags, @entry)");
    const object = this.#sqlite.prepare("insert or replace into objects values (@id, @object)");
    this.#sqlite.transaction(() => {
      for (const row of rows) {
        section.run(row);
        this.#stored += row.text.length + (row.data?.length ?? 0);
        if (row.data !== null) document.run(row);
        if (row.object !== null) object.run(row);
      }
    })();
  }

  /** All rows of these ids. */
  delete(ids: readonly string[]): void {
    const statements = ["sections", "documents", "objects"].map((table) =>
      this.#sqlite.prepare(`delete from ${table} where id = ?`),
    );
    this.#sqlite.transaction(() => {
      for (const id of ids) for (const statement of statements) statement.run(id);
    })();
  }

  texts(indexids: readonly number[]): Map<number, { readonly id: string; readonly text: string }> {
    return new Map(indexids.map((indexid) => [indexid, this.#textOf.get(indexid) as { id: string; text: string }]));
  }

  /**
   * Lets the event loop turn now and then: only there the driver frees statements, and a loop that awaits what is in memory never gets to
   * it.
   */
  async free(): Promise<void> {
    if (this.#prepared < MAX_PREPARED) return;
    this.#prepared = 0;
    await setImmediate();
  }

  /** The rows that the searches of a statement choose among. */
  eligible({ eligible }: CompiledStatement): Set<number> | undefined {
    if (eligible === undefined) return undefined;
    return new Set(this.#evaluate(() => this.#prepare(eligible.sql).pluck().all(eligible.values) as number[]));
  }

  /** The answer to a statement, given what each of its searches has found. */
  run({ answer, labels }: CompiledStatement, found: readonly (readonly Scored[])[]): ResultRow[] {
    this.#setFound(found);
    const rows = this.#evaluate(() => this.#prepare(answer.sql).raw().all(answer.values) as SqlValue[][]);
    return rows.map((row) => Object.fromEntries(row.map((value, at) => [labels[at] ?? "", value])));
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }

  #setFound(found: readonly (readonly Scored[])[]): void {
    if (found.length === 0 && !this.#hasFound) return;
    this.#hasFound = found.length > 0;
    this.#sqlite.transaction(() => {
      this.#clearFound.run();
      for (const [clause, rows] of found.entries()) {
        for (const { row, score } of rows) this.#addFound.run(clause, row, score);
      }
    })();
  }

  #prepare(text: string): Sqlite.Statement {
    this.#prepared++;
    return this.#sqlite.prepare(text);
  }

  /** What SQLite finds wrong only when it counts; its messages may quote values. */
  #evaluate<Result>(run: () => Result): Result {
    this.#work.begin(this.#stored);
    try {
      return run();
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError)) throw error;
      throw queryError("SQLite cannot evaluate it", 0, { reason: error.code });
    }
  }
}

function addFunctions(sqlite: Sqlite.Database, functions: ReadonlyMap<string, RegisteredFunction>): void {
  for (const [name, { run, argcount, deterministic }] of functions) {
    const call = (...values: SqlValue[]) => sqlValue(run(...values));
    Object.defineProperty(call, "length", { value: Math.max(0, argcount) });
    sqlite.function(name, { deterministic, varargs: argcount < 0 }, call);
  }
}

/** Whole numbers are integers of SQLite here too. */
function sqlValue(value: SqlValue | boolean | undefined): SqlValue {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return Number.isSafeInteger(value) ? BigInt(value as number) : (value ?? null);
}
