import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Connection } from "@lancedb/lancedb";
import type { Catalogue, CollectionRecord } from "./catalogue/catalogue.ts";
import { SqliteCatalogue } from "./catalogue/sqlite-catalogue.ts";
import { Collection } from "./collection.ts";
import type { LoadEmbedder, Splitter } from "./embedder.ts";
import { loadSentenceTransformer } from "./embedders/sentence-transformer.ts";
import { SharedEmbedders } from "./embedders/shared-embedders.ts";
import { DbError } from "./errors.ts";
import { nearestName } from "@galen/core";
import { CollectionConfig } from "./schemas/collection.ts";
import type { CollectionConfigInput, CollectionInfo } from "./schemas/collection.ts";
import { openDataFolder } from "./storage/data-folder.ts";
import type { DataFolder } from "./storage/data-folder.ts";
import { notWritable, storageError } from "./storage/failure.ts";
import { connectTables } from "./tables/connection.ts";
import { PassageTable } from "./tables/passage-table.ts";
import { reasonOf } from "./verify.ts";
import type { VerifyReport } from "./verify.ts";

export interface DatabaseOptions {
  /** @default the sentence-transformers model that `@galen/core` loads */
  readonly loadEmbedder?: LoadEmbedder;
  /** @default the whole text is one passage */
  readonly split?: Splitter;
  readonly signal?: AbortSignal;
}

/** A data folder and the collections in it. One process at a time; close it with `await using`. */
export class Database implements AsyncDisposable {
  readonly uri: string;
  readonly #folder: DataFolder;
  readonly #catalogue: Catalogue;
  readonly #connection: Connection;
  readonly #embedders: SharedEmbedders;
  readonly #split: Splitter;
  readonly #collections = new Map<string, Promise<Collection>>();
  #closing: Promise<void> | undefined;

  private constructor(
    uri: string,
    parts: OpenParts,
    { loadEmbedder = loadSentenceTransformer, split = wholeText }: DatabaseOptions,
  ) {
    this.uri = uri;
    this.#folder = parts.folder;
    this.#catalogue = parts.catalogue;
    this.#connection = parts.connection;
    this.#embedders = new SharedEmbedders(loadEmbedder);
    this.#split = split;
  }

  /**
   * Opens a folder (a path or a `file:` URI), creating it when missing, and settles what a crash left half way.
   * @throws {DbError} `data_folder_locked`, `data_folder_not_writable`, `data_folder_version`, `disk_full`, `storage_failed`.
   */
  static async open(uri: string, options: DatabaseOptions = {}): Promise<Database> {
    options.signal?.throwIfAborted();
    const parts = await openParts(uri);
    const database = new Database(uri, parts, options);
    try {
      await database.#recover();
      return database;
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Creates a collection for one model and loads that model.
   * @throws {DbError} `collection_invalid`, `collection_exists`; a model that cannot be loaded throws what its loader throws.
   */
  async createCollection(config: CollectionConfigInput): Promise<Collection> {
    this.#requireOpen();
    const { name, model: modelName, precision = "fp32", fields } = parseConfig(config);
    const { model, dimension } = await this.#embedders.load(modelName, { precision });
    const id = randomUUID().replaceAll("-", "");
    const record = { id, name, modelName, model, precision, dimension, fields, table: `c_${id}_g1` };
    if (!(await this.#catalogue.addCollection(record))) {
      throw new DbError("collection_exists", `There is a collection ${name} already.`, { details: { name } });
    }
    await this.#createTable(record);
    return this.collection(name);
  }

  /** @throws {DbError} `collection_not_found`, with the nearest name as hint. */
  async collection(name: string): Promise<Collection> {
    this.#requireOpen();
    const opened = this.#collections.get(name);
    if (opened) return opened;
    const record = await this.#catalogue.findCollection(name);
    if (record?.state !== "ready") throw await this.#notFound(name);
    const opening = this.#collections.get(name) ?? this.#openCollection(record);
    this.#collections.set(name, opening);
    opening.catch(() => this.#collections.delete(name));
    return opening;
  }

  async hasCollection(name: string): Promise<boolean> {
    this.#requireOpen();
    return (await this.#catalogue.findCollection(name))?.state === "ready";
  }

  /** All collections, in order of name. */
  async collections(): Promise<CollectionInfo[]> {
    const records = await this.#ready();
    return Promise.all(records.map(async ({ name }) => (await this.collection(name)).info()));
  }

  /** Deletes a collection with its documents. @throws {DbError} `collection_not_found` */
  async dropCollection(name: string): Promise<void> {
    this.#requireOpen();
    const record = await this.#catalogue.findCollection(name);
    if (record?.state !== "ready") throw await this.#notFound(name);
    await this.#catalogue.setCollectionState(record.id, "dropping");
    const opened = await this.#collections.get(name);
    await opened?.close();
    this.#collections.delete(name);
    await this.#dropTable(record);
  }

  /** Compares catalogue and table of every collection. */
  async verify(): Promise<VerifyReport> {
    const records = await this.#ready();
    const reports = await Promise.all(
      records.map(async ({ name }) => {
        try {
          return await (await this.collection(name)).verify();
        } catch (error) {
          const counts = { documents: 0, passages: 0, missing: 0, stale: 0, orphaned: 0, duplicated: 0 };
          return { name, ok: false, ...counts, failure: reasonOf(error) };
        }
      }),
    );
    return { ok: reports.every(({ ok }) => ok), collections: reports };
  }

  /** Waits for writes that have begun, leaves the tables in order, and gives the folder free. Once is enough. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.#folder);
    stack.use(this.#catalogue);
    stack.defer(() => this.#connection.close());
    stack.use(this.#embedders);
    for (const collection of await settled(this.#collections.values())) stack.defer(() => collection.close());
  }

  async #ready(): Promise<CollectionRecord[]> {
    this.#requireOpen();
    return (await this.#catalogue.listCollections()).filter(({ state }) => state === "ready");
  }

  /** Half-created and half-dropped collections go; half-written ones are settled now, so that a failure shows at once. */
  async #recover(): Promise<void> {
    for (const record of await this.#catalogue.listCollections()) {
      if (record.state !== "ready") await this.#dropTable(record);
      else {
        const { upserts, deletes } = await this.#catalogue.unsettled(record.id);
        if (upserts.length + deletes.length > 0) await this.collection(record.name);
      }
    }
  }

  async #openCollection(record: CollectionRecord): Promise<Collection> {
    try {
      const location = { folder: this.#folder.tables, name: record.table };
      const table = await PassageTable.open(this.#connection, location, record, record.tableVersion);
      const tableFolder = join(this.#folder.tables, `${record.table}.lance`);
      const loadEmbedder = () => this.#embedders.load(record.modelName, record);
      return await Collection.open({
        record,
        catalogue: this.#catalogue,
        table,
        tableFolder,
        split: this.#split,
        loadEmbedder,
      });
    } catch (error) {
      throw storageError(error, `Opening the collection ${record.name}`);
    }
  }

  async #createTable(record: Pick<CollectionRecord, "id" | "table" | "dimension" | "fields">): Promise<void> {
    try {
      const location = { folder: this.#folder.tables, name: record.table };
      using table = await PassageTable.create(this.#connection, location, record);
      await this.#catalogue.setCollectionState(record.id, "ready", await table.version());
    } catch (error) {
      await this.#dropTable(record);
      throw storageError(error, "Creating a collection");
    }
  }

  async #dropTable({ id, table }: Pick<CollectionRecord, "id" | "table">): Promise<void> {
    const names = await this.#connection.tableNames({ startAfter: table.slice(0, -1), limit: 2 });
    if (names.includes(table)) await this.#connection.dropTable(table);
    await this.#catalogue.removeCollection(id);
  }

  async #notFound(name: string): Promise<DbError> {
    const nearest = nearestName(
      name,
      (await this.#ready()).map((record) => record.name),
    );
    return new DbError("collection_not_found", `There is no collection ${name.slice(0, 100)}.`, {
      hint: nearest === undefined ? "Create it first." : `Did you mean ${nearest}?`,
      details: { name: name.slice(0, 100), ...(nearest !== undefined && { nearest }) },
    });
  }

  #requireOpen(): void {
    if (this.#closing) throw new DbError("database_closed", `The database ${this.uri} is closed.`);
  }
}

interface OpenParts {
  readonly folder: DataFolder;
  readonly catalogue: Catalogue;
  readonly connection: Connection;
}

async function openParts(uri: string): Promise<OpenParts> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openDataFolder(uri));
  const catalogue = stack.use(await openCatalogue(folder));
  const connection = await connectTables(folder.tables);
  stack.move();
  return { folder, catalogue, connection };
}

async function openCatalogue(folder: DataFolder): Promise<Catalogue> {
  try {
    return await SqliteCatalogue.open(folder.catalogue);
  } catch (error) {
    throw notWritable(folder.path, error);
  }
}

function parseConfig(config: unknown): CollectionConfig {
  const parsed = CollectionConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const pointer = (issue?.path ?? []).map((key) => `/${String(key)}`).join("");
  throw new DbError("collection_invalid", `The collection is not valid at "${pointer}": ${issue?.message}.`, {
    details: { pointer },
  });
}

/** What has been opened; what failed to open has been reported to its caller. */
async function settled<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** One passage a document. A longer text than the model reads is found by its beginning only: `@galen/rag` has a real splitter. */
async function wholeText(text: string): Promise<{ start: number; end: number }[]> {
  return [{ start: 0, end: text.length }];
}
