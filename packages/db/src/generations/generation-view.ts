import type { Catalogue, CollectionRecord, VectorsRecord } from "../catalogue/catalogue.ts";
import type { Embedder, Splitter } from "../embedder.ts";
import { noEmbedder } from "../embedders/no-embedder.ts";
import { DbError } from "../errors.ts";
import type { EmbeddingSpace } from "../ingestion/embed-passages.ts";
import { LearnedAbbreviations } from "../search/expansion/learned-abbreviations.ts";
import { Highlighter } from "../search/highlights.ts";
import type { SearchSources } from "../search/search-sources.ts";
import { FrozenWindows } from "../search/windows.ts";
import type { ObjectReads } from "../storage/object-store.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import { DEFAULT_VECTORS, vectorSpaces } from "../vectors/vector-space.ts";

/** What a generation is opened with. */
export interface GenerationParts {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly objects: ObjectReads;
  readonly split: Splitter;
  readonly loadEmbedder: LoadVectors;
}

/** Loads what makes vectors. */
export type LoadVectors = (settings: Pick<VectorsRecord, "modelName" | "precision">) => Promise<Embedder>;

/** A generation as those see it who only read. */
export class GenerationView {
  readonly record: CollectionRecord;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly tableFolder: string;
  readonly objects: ObjectReads;
  readonly search: SearchSources;
  readonly split: Splitter;
  readonly #loadEmbedder: LoadVectors;

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
      abbreviations: new LearnedAbbreviations(table),
      embedder: (name) => this.embedder(name),
    };
  }

  /**
   * What makes the vectors of this name. Those of a collection without vectors are made by a stand-in, which splitters may ask.
   * @throws {DbError} `collection_model_mismatch` when the model is not the one that made the stored vectors.
   */
  async embedder(name: string = DEFAULT_VECTORS): Promise<Embedder> {
    const made = name === DEFAULT_VECTORS ? this.record : this.record.vectors[name];
    if (made === undefined) throw new RangeError(`there are no vectors named ${name}`);
    if (made.dimension === 0) return noEmbedder;
    const embedder = await this.#loadEmbedder(made);
    if (embedder.model === made.model && embedder.dimension === made.dimension) return embedder;
    throw new DbError("collection_model_mismatch", `The collection ${this.record.name} was made with another model.`, {
      hint: "Use that model, or index the collection anew with this one.",
      details: { expected: made.model, found: embedder.model },
    });
  }

  /** What makes each kind of its vectors. @throws {DbError} `collection_model_mismatch` */
  embeddingSpaces(): Promise<EmbeddingSpace[]> {
    const spaces = vectorSpaces(this.record);
    return Promise.all(spaces.map(async ({ name, metric }) => ({ name, metric, embedder: await this.embedder(name) })));
  }
}
