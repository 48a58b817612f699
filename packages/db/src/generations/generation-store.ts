import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Connection } from "@lancedb/lancedb";
import type { CollectionRecord, NewCollection, StoredDocument } from "../catalogue/catalogue.ts";
import { taken } from "../invalid-collection.ts";
import type { Objects } from "../objects/objects.ts";
import { vectorsOfManifest } from "../snapshots/snapshot-vectors.ts";
import type { SnapshotManifest } from "../schemas/snapshot.ts";
import { DurabilityBarrier } from "../storage/durability.ts";
import { storageError } from "../storage/failure.ts";
import { PassageTable } from "../tables/passage-table.ts";
import { GenerationReads } from "./generation-reads.ts";
import type { GenerationReadsParts } from "./generation-reads.ts";
import type { GenerationSettings } from "./generation-settings.ts";
import { Generation } from "./generation.ts";

export interface GenerationStoreParts extends GenerationReadsParts {
  readonly connection: Connection;
  readonly objects: Objects;
}

/** A generation that is to be made. */
export interface NewGeneration extends Pick<NewCollection, "replaces"> {
  readonly settings: Pick<GenerationSettings, "fields" | "textSettings">;
  /** Its vectors, as `made` says of the settings. */
  readonly made: Awaited<ReturnType<GenerationReads["made"]>>;
}

/** What a snapshot holds of a generation. */
export interface RestoredGeneration {
  readonly manifest: SnapshotManifest;
  readonly documents: () => AsyncIterable<StoredDocument[]>;
  readonly linkTable: (folder: string) => Promise<void>;
  /** The file of an object of these documents. @throws {DbError} `snapshot_invalid` */
  readonly objectFile: (sha256: string) => string;
  /** The generation that it is to replace. */
  readonly replaces?: string;
}

/** Makes, opens and drops generations: the row in the catalogue and the table that belongs to it. */
export class GenerationStore extends GenerationReads {
  readonly #parts: GenerationStoreParts;

  constructor(parts: GenerationStoreParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Makes the row, then the table; false when the name is taken. A crash in between leaves a row to clear away. */
  async create(name: string, { made, settings, replaces }: NewGeneration): Promise<boolean> {
    const id = randomUUID().replaceAll("-", "");
    const { fields, textSettings } = settings;
    const record = { id, name, ...made, fields, textSettings, replaces, table: `c_${id}_g1` };
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
    { manifest, documents, linkTable, objectFile, replaces }: RestoredGeneration,
  ): Promise<CollectionRecord> {
    const { catalogue, folder, objects } = this.#parts;
    const { version, settings } = manifest;
    const { fields, analyzer, text_fields, table_version } = settings;
    const { vectorIndexes, ...made } = vectorsOfManifest(manifest);
    const id = randomUUID().replaceAll("-", "");
    const textSettings = { analyzer, text_fields };
    const record = { id, name, ...made, fields, textSettings, replaces, table: `c_${id}_g1` };
    if (!(await catalogue.addCollection(record))) throw taken(name);
    try {
      for await (const batch of documents()) {
        const hashes = new Set(batch.flatMap(({ object }) => object?.sha256 ?? []));
        await using _held = await objects.hold(Array.from(hashes, (sha256) => ({ sha256, file: objectFile(sha256) })));
        await catalogue.restoreDocuments(id, batch);
      }
      const tableFolder = join(folder, `${record.table}.lance`);
      await linkTable(tableFolder);
      await new DurabilityBarrier(tableFolder).pass();
      const facts = { version, tableVersion: table_version, vectorIndexes, fields: settings.seen_fields };
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
    const { folder, objects } = this.#parts;
    try {
      const table = await PassageTable.open({ folder, name: record.table }, record, record);
      return await Generation.open({ ...this.partsOf(record, table), objects });
    } catch (error) {
      throw storageError(error, `Opening the collection ${record.name}`);
    }
  }

  /** Removes the table, then the row with all that belongs to it, then the objects that only it had. */
  async drop({ id, table }: Pick<CollectionRecord, "id" | "table">): Promise<void> {
    const { connection, catalogue, objects } = this.#parts;
    const names = await connection.tableNames({ startAfter: table.slice(0, -1), limit: 2 });
    if (names.includes(table)) await connection.dropTable(table);
    await objects.collect(await catalogue.removeCollection(id));
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
