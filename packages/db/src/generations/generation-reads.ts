import { join } from "node:path";
import type { Catalogue, CollectionRecord, NewCollection, VectorsRecord } from "../catalogue/catalogue.ts";
import type { Embedder, Splitter } from "../embedder.ts";
import { noEmbedder } from "../embedders/no-embedder.ts";
import type { SharedEmbedders } from "../embedders/shared-embedders.ts";
import { storageError } from "../storage/failure.ts";
import type { ObjectReads } from "../storage/object-store.ts";
import { PassageTable } from "../tables/passage-table.ts";
import { ownSettings } from "./generation-settings.ts";
import type { GenerationSettings, VectorsSettings } from "./generation-settings.ts";
import { GenerationView } from "./generation-view.ts";
import type { GenerationParts } from "./generation-view.ts";

export interface GenerationReadsParts {
  readonly catalogue: Catalogue;
  /** The folder of the tables. */
  readonly folder: string;
  readonly objects: ObjectReads;
  readonly embedders: SharedEmbedders;
  readonly split: Splitter;
}

/** Opens generations for reading, beside the process that writes them. */
export class GenerationReads {
  readonly #parts: GenerationReadsParts;

  constructor(parts: GenerationReadsParts) {
    this.#parts = parts;
  }

  /** What the models' loader throws passes through. */
  async made(settings: GenerationSettings): Promise<Pick<NewCollection, keyof VectorsRecord | "vectors">> {
    const vectors = Object.entries(settings.vectors).map(
      async ([name, further]) => [name, await this.#madeOne(further)] as const,
    );
    const own = settings.dense
      ? await this.#madeOne(settings)
      : { ...ownSettings(settings), model: noEmbedder.model, dimension: 0 };
    return { ...own, vectors: Object.fromEntries(await Promise.all(vectors)) };
  }

  /** @throws {DbError} `storage_failed` */
  async view(record: CollectionRecord): Promise<GenerationView> {
    const { folder } = this.#parts;
    try {
      const table = await PassageTable.follow({ folder, name: record.table }, record, record);
      return new GenerationView(this.partsOf(record, table));
    } catch (error) {
      throw storageError(error, `Opening the collection ${record.name}`);
    }
  }

  protected partsOf(record: CollectionRecord, table: PassageTable): GenerationParts {
    const { catalogue, folder, objects, split } = this.#parts;
    const tableFolder = join(folder, `${record.table}.lance`);
    return {
      record,
      catalogue,
      table,
      tableFolder,
      objects,
      split,
      loadEmbedder: (settings) => this.#load(settings),
    };
  }

  #load({ modelName, precision }: Pick<VectorsRecord, "modelName" | "precision">): Promise<Embedder> {
    return this.#parts.embedders.load(modelName, { precision });
  }

  async #madeOne(settings: VectorsSettings): Promise<VectorsRecord> {
    const { model, dimension } = await this.#load(settings);
    return { ...ownSettings(settings), model, dimension };
  }
}
