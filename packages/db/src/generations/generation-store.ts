import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Connection } from "@lancedb/lancedb";
import type { Catalogue, CollectionRecord, NewCollection, StoredDocument } from "../catalogue/catalogue.ts";
import type { Embedder, EmbedderSettings, Splitter } from "../embedder.ts";
import type { SharedEmbedders } from "../embedders/shared-embedders.ts";
import { noEmbedder } from "../embedders/no-embedder.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { TextSettings } from "../schemas/text-settings.ts";
import { taken } from "../invalid-collection.ts";
import type { SnapshotManifest } from "../schemas/snapshot.ts";
import { DurabilityBarrier } from "../storage/durability.ts";
import { storageError } from "../storage/failure.ts";
import { PassageTable } from "../tables/passage-table.ts";
import { GenerationView } from "./generation-view.ts";
import { Generation } from "./generation.ts";

export interface GenerationStoreParts {
  readonly catalogue: Catalogue;
  readonly connection: Connection;
  /** The folder of the tables. */
  readonly folder: string;
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

/** What a snapshot holds of a generation. */
export interface RestoredGeneration {
  readonly manifest: SnapshotManifest;
  readonly documents: () => AsyncIterable<StoredDocument[]>;
  readonly linkTable: (folder: string) => Promise<void>;
  /** The generation that it is to replace. */
  readonly replaces?: string;
}

/** Makes, opens and drops generations: the row in the catalogue and the table that belongs to it. */
export class GenerationStore {
  readonly #parts: GenerationStoreParts;

  constructor(parts: GenerationStoreParts) {
    this.#parts = parts;
  }

  /** The embedder of a generation that is to be made. What the model's loader throws passes through. */
  async embedder({ modelName, precision, dense }: GenerationSettings): Promise<Embedder> {
    return dense ? this.#parts.embedders.load(modelName, { precision }) : noEmbedder;
  }

  /** Makes the row, then the table; false when the name is taken. A crash in between leaves a row to clear away. */
  async create(
    name: string,
    { modelName, precision, fields, textSettings }: GenerationSettings,
    { model, dimension, replaces }: Pick<Embedder, "model" | "dimension"> & Pick<NewCollection, "replaces">,
  ): Promise<boolean> {
    const id = randomUUID().replaceAll("-", "");
    const settings = { modelName, model, precision, dimension, fields, textSettings };
    const record = { id, name, ...settings, replaces, table: `c_${id}_g1` };
    if (!(await this.#parts.catalogue.addCollection(record))) return false;
    await this.#createTable(record, replaces === undefined ? "ready" : "building");
    return true;
  }

  /**
   * Makes a generation of what a snapshot holds: the row, the documents, then the table. It is `ready` then, or `building` where it is
   * to replace another one; a crash before leaves a row to clear away.
   *
   * @throws {DbError} `collection_exists`
   */
  async restore(
    name: string,
    { manifest, documents, linkTable, replaces }: RestoredGeneration,
  ): Promise<CollectionRecord> {
    const { catalogue, folder } = this.#parts;
    const { model, precision, dimension, version, settings } = manifest;
    const { model_name: modelName, fields, analyzer, text_fields, vector_index, table_version } = settings;
    const id = randomUUID().replaceAll("-", "");
    const made = { modelName, model, precision, dimension, fields, textSettings: { analyzer, text_fields } };
    const record = { id, name, ...made, replaces, table: `c_${id}_g1` };
    if (!(await catalogue.addCollection(record))) throw taken(name);
    try {
      for await (const batch of documents()) await catalogue.restoreDocuments(id, batch);
      const tableFolder = join(folder, `${record.table}.lance`);
      await linkTable(tableFolder);
      await new DurabilityBarrier(tableFolder).pass();
      const facts = { version, tableVersion: table_version, vectorIndex: vector_index, fields: settings.seen_fields };
      await catalogue.restoreState(id, facts);
      await catalogue.setCollectionState(id, replaces === undefined ? "ready" : "building", table_version);
    } catch (error) {
      await this.drop(record);
      throw error;
    }
    const restored = await catalogue.collectionOf(id);
    if (restored === undefined) throw new Error("the catalogue has lost the collection that was restored");
    return restored;
  }

  /** @throws {DbError} `storage_failed` */
  async open(record: CollectionRecord): Promise<Generation> {
    const { catalogue, folder, split } = this.#parts;
    try {
      const table = await PassageTable.open({ folder, name: record.table }, record, record);
      const tableFolder = join(folder, `${record.table}.lance`);
      const loadEmbedder = () => this.embedder(settingsOf(record));
      return await Generation.open({ record, catalogue, table, tableFolder, split, loadEmbedder });
    } catch (error) {
      throw storageError(error, `Opening the collection ${record.name}`);
    }
  }

  /** For reading alone, beside the process that writes. @throws {DbError} `storage_failed` */
  async view(record: CollectionRecord): Promise<GenerationView> {
    const { catalogue, folder, split } = this.#parts;
    try {
      const table = await PassageTable.follow({ folder, name: record.table }, record, record);
      const tableFolder = join(folder, `${record.table}.lance`);
      const loadEmbedder = () => this.embedder(settingsOf(record));
      return new GenerationView({ record, catalogue, table, tableFolder, split, loadEmbedder });
    } catch (error) {
      throw storageError(error, `Opening the collection ${record.name}`);
    }
  }

  /** Removes the table, then the row with all that belongs to it. */
  async drop({ id, table }: Pick<CollectionRecord, "id" | "table">): Promise<void> {
    const { connection, catalogue } = this.#parts;
    const names = await connection.tableNames({ startAfter: table.slice(0, -1), limit: 2 });
    if (names.includes(table)) await connection.dropTable(table);
    await catalogue.removeCollection(id);
  }

  async #createTable(record: NewCollection, state: "ready" | "building"): Promise<void> {
    const { connection, catalogue, folder } = this.#parts;
    try {
      using table = await PassageTable.create(connection, { folder, name: record.table }, record);
      await catalogue.setCollectionState(record.id, state, await table.version());
    } catch (error) {
      await this.drop(record);
      throw storageError(error, "Creating a collection");
    }
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
