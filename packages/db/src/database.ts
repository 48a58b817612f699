import type { Connection } from "@lancedb/lancedb";
import type { Catalogue, CollectionRecord } from "./catalogue/catalogue.ts";
import { findReady, notFound } from "./catalogue/find-collection.ts";
import { Collection } from "./collection.ts";
import type { LoadEmbedder, Splitter } from "./embedder.ts";
import { loadSentenceTransformer } from "./embedders/sentence-transformer.ts";
import { SharedEmbedders } from "./embedders/shared-embedders.ts";
import { DbError } from "./errors.ts";
import { AcceptedWrites } from "./ingestion/accepted-writes.ts";
import { furtherSettings, vectorsSettings } from "./generations/generation-settings.ts";
import { GenerationStore } from "./generations/generation-store.ts";
import { invalidCollection, requirePlainFields, taken } from "./invalid-collection.ts";
import { CollectionConfig, CollectionName } from "./schemas/collection.ts";
import type { Alias, CollectionConfigInput, CollectionInfo } from "./schemas/collection.ts";
import { Objects } from "./objects/objects.ts";
import { Snapshots } from "./snapshots/snapshots.ts";
import { storageFor } from "./storage/registry.ts";
import type { HeldPlace } from "./storage/storage.ts";
import { wholeText } from "./whole-text.ts";
import { connectTables } from "./tables/connection.ts";
import { NOTHING_COUNTED, reasonOf } from "./verify.ts";
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
  readonly #folder: HeldPlace;
  readonly #catalogue: Catalogue;
  readonly #connection: Connection;
  readonly #embedders: SharedEmbedders;
  readonly #objects: Objects;
  readonly #generations: GenerationStore;
  /** Writes that were accepted before they were done. */
  readonly writes: AcceptedWrites;
  readonly snapshots: Snapshots;
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
    const { catalogue, connection, folder } = parts;
    this.#objects = new Objects(folder.objects, catalogue);
    this.#generations = new GenerationStore({
      catalogue,
      connection,
      objects: this.#objects,
      folder: folder.tables,
      embedders: this.#embedders,
      split,
    });
    this.snapshots = new Snapshots({
      folder: folder.snapshots,
      store: this.#generations,
      collection: (name) => this.collection(name),
      hasCollection: (name) => this.hasCollection(name),
    });
    this.writes = new AcceptedWrites({
      catalogue,
      upsert: async (collectionId, documents, options) => {
        const record = await catalogue.collectionOf(collectionId);
        return (await this.collection(record?.name ?? collectionId)).upsert(documents, options);
      },
    });
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
      await database.#objects.sweep();
      await database.snapshots.clear();
      await database.writes.resume();
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
    const { name, fields, dense, analyzer, text_fields, vectors, ...own } = parseConfig(config);
    const textSettings = { analyzer, text_fields };
    const settings = { ...vectorsSettings(own), vectors: furtherSettings(vectors) ?? {}, fields, dense, textSettings };
    const made = await this.#generations.made(settings);
    if (!(await this.#generations.create(name, { settings, made }))) throw taken(name);
    return this.collection(name);
  }

  /** @throws {DbError} `collection_not_found`, with the nearest name as hint. */
  async collection(name: string): Promise<Collection> {
    this.#requireOpen();
    const opened = this.#collections.get(name);
    if (opened) return opened;
    const record = await this.#find(name);
    const opening =
      this.#collections.get(record.name) ?? Collection.open(record, { store: this.#generations, writes: this.writes });
    this.#collections.set(record.name, opening);
    opening.catch(() => this.#collections.delete(record.name));
    return opening;
  }

  async hasCollection(name: string): Promise<boolean> {
    this.#requireOpen();
    return (await findReady(this.#catalogue, name)) !== undefined;
  }

  /** All collections, in order of name. */
  async collections(): Promise<CollectionInfo[]> {
    const records = await this.#ready();
    return Promise.all(records.map(async ({ name }) => (await this.collection(name)).info()));
  }

  /** Deletes a collection with its documents and aliases. @throws {DbError} `collection_not_found` */
  async dropCollection(name: string): Promise<void> {
    this.#requireOpen();
    const { name: ownName } = await this.#find(name);
    // Closing ends a reindexing: from then on no other generation can take the place of the one that is dropped.
    await (await this.#collections.get(ownName))?.close();
    this.#collections.delete(ownName);
    const record = await this.#find(ownName);
    await this.#catalogue.setCollectionState(record.id, "dropping");
    const replacement = await this.#catalogue.findReplacement(record.id);
    if (replacement) await this.#generations.drop(replacement);
    await this.#generations.drop(record);
  }

  /** Gives a collection another name; whoever holds it can go on with it. @throws {DbError} `collection_not_found`, `collection_exists`, `collection_invalid` */
  async renameCollection(from: string, to: string): Promise<void> {
    this.#requireOpen();
    const name = parseName(to);
    const record = await this.#find(from);
    if (name === record.name) return;
    const collection = await this.collection(record.name);
    if (!(await this.#catalogue.renameCollection(collection.generationId, name))) throw taken(name);
    collection.rename(name);
    this.#collections.delete(record.name);
    this.#collections.set(name, Promise.resolve(collection));
  }

  /** Further names of collections, in order of alias. */
  aliases(): Promise<Alias[]> {
    this.#requireOpen();
    return this.#catalogue.listAliases();
  }

  /**
   * Makes a further name for a collection, or points an existing one to another, at once for all that use it.
   * @throws {DbError} `collection_not_found`, `collection_exists` for a name that a collection has, `collection_invalid`
   */
  async setAlias(alias: string, collection: string): Promise<Alias> {
    this.#requireOpen();
    const name = parseName(alias);
    const { generationId, name: ownName } = await this.collection(collection);
    if (!(await this.#catalogue.setAlias(name, generationId))) throw taken(name);
    return { alias: name, collection: ownName };
  }

  /** False when there is no such alias. */
  removeAlias(alias: string): Promise<boolean> {
    this.#requireOpen();
    return this.#catalogue.removeAlias(alias);
  }

  /** Compares catalogue and table of every collection. */
  async verify(): Promise<VerifyReport> {
    const records = await this.#ready();
    const reports = await Promise.all(
      records.map(async ({ name }) => {
        try {
          return await (await this.collection(name)).verify();
        } catch (error) {
          return { name, ok: false, ...NOTHING_COUNTED, failure: reasonOf(error) };
        }
      }),
    );
    const { failure } = this.writes;
    return {
      ok: reports.every(({ ok }) => ok) && failure === undefined,
      collections: reports,
      ...(failure !== undefined && { failure: reasonOf(failure) }),
    };
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
    stack.use(this.writes);
  }

  async #ready(): Promise<CollectionRecord[]> {
    this.#requireOpen();
    return (await this.#catalogue.listCollections()).filter(({ state }) => state === "ready");
  }

  /**
   * Half-created and half-dropped generations go, half-built ones wait for their reindexing to be taken up; half-written ones are
   * settled now, so that a failure shows at once.
   */
  async #recover(): Promise<void> {
    const records = await this.#catalogue.listCollections();
    const ready = new Set(records.flatMap(({ id, state }) => (state === "ready" ? [id] : [])));
    for (const record of records) {
      const isWanted = record.state === "ready" || (record.state === "building" && ready.has(record.replaces ?? ""));
      if (!isWanted) await this.#generations.drop(record);
      else if (record.state === "ready") {
        const { upserts, deletes } = await this.#catalogue.unsettled(record.id);
        if (upserts.length + deletes.length > 0) await this.collection(record.name);
      }
    }
  }

  /** By its name or an alias. */
  async #find(name: string): Promise<CollectionRecord> {
    const record = await findReady(this.#catalogue, name);
    if (record === undefined) throw await notFound(this.#catalogue, name);
    return record;
  }

  #requireOpen(): void {
    if (this.#closing) throw new DbError("database_closed", `The database ${this.uri} is closed.`);
  }
}

interface OpenParts {
  readonly folder: HeldPlace;
  readonly catalogue: Catalogue;
  readonly connection: Connection;
}

async function openParts(uri: string): Promise<OpenParts> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await storageFor(uri).hold(uri));
  const catalogue = stack.use(await folder.openCatalogue());
  const connection = await connectTables(folder.tables);
  stack.move();
  return { folder, catalogue, connection };
}

function parseConfig(config: unknown): CollectionConfig {
  requirePlainFields(config);
  const parsed = CollectionConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw invalidCollection("The collection", parsed.error);
}

function parseName(name: unknown): string {
  const parsed = CollectionName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw invalidCollection("The name", parsed.error);
}

/** What has been opened; what failed to open has been reported to its caller. */
async function settled<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
