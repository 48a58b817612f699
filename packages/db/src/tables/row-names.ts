import type * as lancedb from "@lancedb/lancedb";
import type { Table } from "apache-arrow";
import { rowIds, strings } from "./query-rows.ts";
import { isIn } from "./sql.ts";

/** More are asked for by reading all of them. */
const MOST_ASKED = 1_000;
/** As many names as there are rows, and as many again of rows that are gone, are kept: 100 bytes each. */
const MOST_PER_ROW = 2;
const LEAST_KEPT = 10_000;

/** Names of rows, and rows of names. */
export interface KnownRows {
  readonly names: Map<number, string>;
  readonly rows: Map<string, number>;
}

/**
 * Which passage a row is, by LanceDB's stable row id: a row has both for life, whatever is written into it or compacted. Asking for the
 * names of the rows that a search finds takes longer than the search.
 */
export class RowNames {
  readonly #table: () => lancedb.Table;
  /** Another object when everything has been forgotten: whoever is in the middle of something keeps what it began with. */
  #known: KnownRows = { names: new Map(), rows: new Map() };

  constructor(table: () => lancedb.Table) {
    this.#table = table;
  }

  /** A predicate for these passages. Rows are found by their ids at once, and by name by reading all names. */
  whereIs(names: readonly string[]): string {
    const rows = names.map((name) => this.#known.rows.get(name));
    const known = rows.filter((row) => row !== undefined);
    if (known.length === 0) return isIn("id", names);
    const unknown = names.filter((_, at) => rows[at] === undefined);
    const byRow = `_rowid IN (${known.join(",")})`;
    return unknown.length === 0 ? byRow : `${byRow} OR ${isIn("id", unknown)}`;
  }

  /** What a query has found, of a table whose rows are too many to be all remembered. */
  noteSome(found: Table): void {
    if (this.#known.names.size > LEAST_KEPT) this.forget();
    this.#noteAll(found);
  }

  note(row: number, name: string): void {
    this.#known.names.set(row, name);
    this.#known.rows.set(name, row);
  }

  /**
   * Asks for the names of those that are not known; one that has been deleted meanwhile stays unknown. `undefined` when everything has
   * been forgotten meanwhile.
   */
  async learn(rows: readonly number[], { total }: { readonly total: number }): Promise<KnownRows | undefined> {
    if (this.#known.names.size > LEAST_KEPT + MOST_PER_ROW * total) this.forget();
    const known = this.#known;
    const unknown = rows.filter((row) => !known.names.has(row));
    if (unknown.length === 0) return known;
    const query = this.#table().query().select(["id"]).withRowId();
    if (unknown.length <= MOST_ASKED) query.where(`_rowid IN (${unknown.join(",")})`);
    const found = await query.toArrow();
    if (known !== this.#known) return undefined;
    this.#noteAll(found);
    return known;
  }

  #noteAll(found: Table): void {
    const ids = rowIds(found);
    for (const [at, name] of strings(found, "id").entries()) this.note(ids[at] ?? -1, name);
  }

  /** Another process has written, which may have gone back to an earlier version and given out row ids anew. */
  forget(): void {
    this.#known = { names: new Map(), rows: new Map() };
  }
}
