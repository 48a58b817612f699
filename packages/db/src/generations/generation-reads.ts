import { join } from "node:path";
import type { Catalogue, CollectionRecord } from "../catalogue/catalogue.ts";
import type { Embedder, EmbedderSettings, Splitter } from "../embedder.ts";
import { noEmbedder } from "../embedders/no-embedder.ts";
import type { SharedEmbedders } from "../embedders/shared-embedders.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { TextSettings } from "../schemas/text-settings.ts";
import { storageError } from "../storage/failure.ts";
import type { ObjectReads } from "../storage/object-store.ts";
import { PassageTable } from "../tables/passage-table.ts";
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

/** What a generation is made with. */
export interface GenerationSettings extends EmbedderSettings {
  readonly modelName: string | undefined;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Whether its documents have vectors. */
  readonly dense: boolean;
  readonly textSettings: TextSettings;
}

/** Opens generations for reading, beside the process that writes them. */
export class GenerationReads {
  readonly #parts: GenerationReadsParts;

  constructor(parts: GenerationReadsParts) {
    this.#parts = parts;
  }

  /** What the model's loader throws passes through. */
  async embedder({ modelName, precision, dense }: GenerationSettings): Promise<Embedder> {
    return dense ? this.#parts.embedders.load(modelName, { precision }) : noEmbedder;
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
      loadEmbedder: () => this.embedder(settingsOf(record)),
    };
  }
}

/** What a collection was made with. */
export function settingsOf({
  modelName,
  precision,
  fields,
  dimension,
  textSettings = {},
}: CollectionRecord): GenerationSettings {
  return { modelName, precision, fields, dense: dimension > 0, textSettings };
}
