import { DbError } from "../errors.ts";
import type { EmbeddingsId } from "./embeddings-document.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import type { SearchIndex } from "./search-index.ts";
import type { Section } from "./section.ts";
import { customFunctions } from "./sql/functions.ts";
import type { SectionRow } from "./sql/section-tables.ts";
import { SectionTables } from "./sql/section-tables.ts";

/** What is known of a row without its text. */
export interface RowFacts {
  readonly key: string;
  readonly id: EmbeddingsId;
}

/** A row with what makes it found. */
export interface IndexedSection {
  readonly section: Section;
  readonly vectors: readonly Float32Array[];
  /** Of the further indexes, by their names; absent where the row has no text for one. */
  readonly further: ReadonlyMap<string, { readonly text: string; readonly vectors: readonly Float32Array[] }>;
}

/** The rows of an index in memory: by id, for statements, and in the indexes that find them. Changes take effect at once. */
export class IndexRows implements Disposable {
  readonly main: SearchIndex;
  readonly further: ReadonlyMap<string, SearchIndex>;
  readonly tables: SectionTables | undefined;
  readonly #stored: readonly string[] | null | undefined;
  readonly #rows = new Map<number, RowFacts>();
  readonly #ofId = new Map<string, number[]>();
  readonly #keys = new Set<string>();
  #nextIndexid = 0;

  constructor(options: EmbeddingsOptions, main: SearchIndex, further: ReadonlyMap<string, SearchIndex>) {
    this.main = main;
    this.further = further;
    this.tables = options.content ? new SectionTables(customFunctions(options.functions)) : undefined;
    this.#stored = options.columns?.store;
  }

  get count(): number {
    return this.#rows.size;
  }

  /** The number of the next row. */
  get nextIndexid(): number {
    return this.#nextIndexid;
  }

  has(id: string): boolean {
    return this.#ofId.has(id);
  }

  hasKey(key: string): boolean {
    return this.#keys.has(key);
  }

  facts(indexid: number): RowFacts | undefined {
    return this.#rows.get(indexid);
  }

  /** The rows of a document. */
  ofId(id: string): RowFacts[] {
    return (this.#ofId.get(id) ?? []).flatMap((indexid) => this.#rows.get(indexid) ?? []);
  }

  /** Without a name, the index of the documents themselves, or the first of the further ones. @throws {DbError} `query_invalid` */
  index(name?: string, position = 0): SearchIndex {
    const first = this.main.isSearchable ? this.main : this.further.values().next().value;
    const found = name === undefined ? first : this.further.get(name);
    if (found) return found;
    throw new DbError(
      "query_invalid",
      name === undefined ? "There is nothing to search by." : "There is no such index.",
      {
        hint: `Indexes: ${[...this.further.keys()].join(", ") || "none"}.`,
        details: { position },
      },
    );
  }

  add(rows: readonly IndexedSection[]): void {
    this.tables?.insert(rows.map(({ section }) => this.#tableRow(section)));
    for (const { section, vectors, further } of rows) {
      const { indexid, key, id, text } = section;
      this.#rows.set(indexid, { key, id });
      this.#keys.add(key);
      this.#ofId.set(String(id), [...(this.#ofId.get(String(id)) ?? []), indexid]);
      this.#nextIndexid = Math.max(this.#nextIndexid, indexid + 1);
      this.main.add(indexid, text, vectors);
      for (const [name, own] of further) this.further.get(name)?.add(indexid, own.text, own.vectors);
    }
  }

  delete(ids: readonly string[]): void {
    this.tables?.delete(ids);
    for (const id of ids) {
      for (const indexid of this.#ofId.get(id) ?? []) this.#deleteRow(indexid);
      this.#ofId.delete(id);
    }
  }

  [Symbol.dispose](): void {
    this.tables?.[Symbol.dispose]();
  }

  #deleteRow(indexid: number): void {
    const facts = this.#rows.get(indexid);
    if (facts) this.#keys.delete(facts.key);
    this.#rows.delete(indexid);
    for (const index of [this.main, ...this.further.values()]) index.delete(indexid);
  }

  #tableRow({ indexid, id, text, tags, entry, data, object }: Section): SectionRow {
    const kept = this.#stored === undefined ? data : pick(data, this.#stored);
    const json = kept === null ? null : JSON.stringify(kept);
    return { indexid, id: String(id), text, tags, entry, data: json, object: object?.bytes ?? null };
  }
}

function pick(
  data: Readonly<Record<string, unknown>> | null,
  names: readonly string[] | null,
): Readonly<Record<string, unknown>> | null {
  if (data === null || names === null) return null;
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)));
}
