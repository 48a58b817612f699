import type { Catalogue, CollectionRecord } from "../catalogue/catalogue.ts";
import type { Embedder, Splitter } from "../embedder.ts";
import { DbError } from "../errors.ts";
import type { PrepareContext } from "../ingestion/prepare.ts";
import { CollectionWriter } from "../ingestion/writer.ts";
import { Highlighter } from "../search/highlights.ts";
import type { SearchSources } from "../search/search.ts";
import { FrozenWindows } from "../search/windows.ts";
import type { PassageTable } from "../tables/passage-table.ts";

/** What a generation is opened with. */
export interface GenerationParts {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly split: Splitter;
  readonly loadEmbedder: () => Promise<Embedder>;
}

/**
 * The documents of a collection under one model and one declaration of fields, in one table, and all that reads and writes
 * them. A collection has one; while it is indexed anew a second one grows beside it and takes its place.
 */
export class Generation implements AsyncDisposable {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly writer: CollectionWriter;
  readonly search: SearchSources;
  readonly #parts: GenerationParts;
  #closing: Promise<void> | undefined;

  private constructor(parts: GenerationParts) {
    const { record, catalogue, table } = parts;
    this.#parts = parts;
    this.record = record;
    this.catalogue = catalogue;
    this.table = table;
    this.tableFolder = parts.tableFolder;
    this.writer = new CollectionWriter({ collectionId: record.id, catalogue, table });
    this.search = {
      collectionId: record.id,
      fields: record.fields,
      catalogue,
      table,
      highlighter: new Highlighter(table),
      windows: new FrozenWindows(),
      embedder: () => this.embedder(),
    };
  }

  /** Finishes or undoes what a crash left half way, then opens. */
  static async open(parts: GenerationParts): Promise<Generation> {
    const generation = new Generation(parts);
    await generation.writer.recover();
    return generation;
  }

  get split(): Splitter {
    return this.#parts.split;
  }

  /** @throws {DbError} `collection_model_mismatch` when the model is not the one that made the stored vectors. */
  async embedder(): Promise<Embedder> {
    const { loadEmbedder, record } = this.#parts;
    const embedder = await loadEmbedder();
    if (embedder.model === record.model && embedder.dimension === record.dimension) return embedder;
    throw new DbError("collection_model_mismatch", `The collection ${record.name} was made with another model.`, {
      hint: "Use that model, or index the collection anew with this one.",
      details: { expected: record.model, found: embedder.model },
    });
  }

  /** What preparing documents for this generation needs. */
  async preparation({
    source,
    signal,
  }: {
    source?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<PrepareContext> {
    const { catalogue, table, split, record } = this;
    return { collectionId: record.id, catalogue, table, split, embedder: await this.embedder(), source, signal };
  }

  /** Ends the writer and the table. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.writer.close();
    this.table[Symbol.dispose]();
  }
}
