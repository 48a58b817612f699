import type { Catalogue, CollectionRecord } from "../catalogue/catalogue.ts";
import type { Embedder, Splitter } from "../embedder.ts";
import { DbError } from "../errors.ts";
import { Highlighter } from "../search/highlights.ts";
import type { SearchSources } from "../search/search.ts";
import { FrozenWindows } from "../search/windows.ts";
import type { ObjectReads } from "../storage/object-store.ts";
import type { PassageTable } from "../tables/passage-table.ts";

/** What a generation is opened with. */
export interface GenerationParts {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly objects: ObjectReads;
  readonly split: Splitter;
  readonly loadEmbedder: () => Promise<Embedder>;
}

/** A generation as those see it who only read. */
export class GenerationView {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly objects: ObjectReads;
  readonly search: SearchSources;
  readonly split: Splitter;
  readonly #loadEmbedder: () => Promise<Embedder>;

  constructor({ record, catalogue, table, tableFolder, objects, split, loadEmbedder }: GenerationParts) {
    this.record = record;
    this.catalogue = catalogue;
    this.table = table;
    this.tableFolder = tableFolder;
    this.objects = objects;
    this.split = split;
    this.#loadEmbedder = loadEmbedder;
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

  /** @throws {DbError} `collection_model_mismatch` when the model is not the one that made the stored vectors. */
  async embedder(): Promise<Embedder> {
    const { model, dimension, name } = this.record;
    const embedder = await this.#loadEmbedder();
    if (embedder.model === model && embedder.dimension === dimension) return embedder;
    throw new DbError("collection_model_mismatch", `The collection ${name} was made with another model.`, {
      hint: "Use that model, or index the collection anew with this one.",
      details: { expected: model, found: embedder.model },
    });
  }
}
