import type { Table } from "@lancedb/lancedb";
import { rowIds, strings } from "./query-rows.ts";

/** More are asked for by reading all of them. */
const MOST_ASKED = 1_000;
/** As many names as there are rows, and as many again of rows that are gone, are kept: 100 bytes each. */
const MOST_PER_ROW = 2;
const LEAST_KEPT = 10_000;

/**
 * Which passage a row is, by LanceDB's stable row id: a row has both for life, whatever is written into it or compacted. Asking for the
 * names of the rows that a search finds takes longer than the search.
 */
export class RowNames {
  readonly #table: () => Table;
  readonly #names = new Map<number, string>();
  readonly #rows = new Map<string, number>();
  /** Changes when everything is forgotten. */
  #era = 0;

  constructor(table: () => Table) {
    this.#table = table;
  }

  name(row: number): string | undefined {
    return this.#names.get(row);
  }

  row(name: string): number | undefined {
    return this.#rows.get(name);
  }

  note(row: number, name: string): void {
    this.#names.set(row, name);
    this.#rows.set(name, row);
  }

  /**
   * Asks for the names of those that are not known; one that has been deleted meanwhile stays unknown. False when all names have been
   * forgotten meanwhile.
   */
  async learn(rows: readonly number[], { total }: { readonly total: number }): Promise<boolean> {
    if (this.#names.size > LEAST_KEPT + MOST_PER_ROW * total) this.forget();
    const unknown = rows.filter((row) => !this.#names.has(row));
    if (unknown.length === 0) return true;
    const era = this.#era;
    const query = this.#table().query().select(["id"]).withRowId();
    if (unknown.length <= MOST_ASKED) query.where(`_rowid IN (${unknown.join(",")})`);
    const found = await query.toArrow();
    if (era !== this.#era) return false;
    const ids = rowIds(found);
    for (const [at, name] of strings(found, "id").entries()) this.note(ids[at] ?? -1, name);
    return true;
  }

  /** Another process has written, which may have gone back to an earlier version and given out row ids anew. */
  forget(): void {
    this.#era++;
    this.#names.clear();
    this.#rows.clear();
  }
}
