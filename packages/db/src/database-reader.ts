import type { Catalogue } from "./catalogue/catalogue.ts";
import { findReady, notFound } from "./catalogue/find-collection.ts";
import { CollectionReader } from "./collection-reader.ts";
import type { DatabaseOptions } from "./database.ts";
import { loadSentenceTransformer } from "./embedders/sentence-transformer.ts";
import { SharedEmbedders } from "./embedders/shared-embedders.ts";
import { DbError } from "./errors.ts";
import { GenerationReads } from "./generations/generation-reads.ts";
import type { Alias, CollectionInfo } from "./schemas/collection.ts";
import { storageFor } from "./storage/registry.ts";
import { storageError } from "./storage/failure.ts";
import { wholeText } from "./whole-text.ts";

/**
 * The collections of a data folder for reading, in any number of processes, beside the one that writes. It sees what has been
 * acknowledged there, follows aliases and reindexing, and changes nothing in the folder. The user must be allowed to write there
 * all the same, unless the other process is running: SQLite's readers share a file.
 */
export class DatabaseReader implements AsyncDisposable {
  readonly uri: string;
  readonly #catalogue: Catalogue;
  readonly #generations: GenerationReads;
  readonly #collections = new Map<string, CollectionReader>();
  readonly #owned: AsyncDisposableStack;

  private constructor(
    uri: string,
    parts: { catalogue: Catalogue; generations: GenerationReads; owned: AsyncDisposableStack },
  ) {
    this.uri = uri;
    this.#catalogue = parts.catalogue;
    this.#generations = parts.generations;
    this.#owned = parts.owned;
  }

  /** @throws {DbError} `data_folder_not_found`, `data_folder_not_writable`, `data_folder_version`, `storage_failed` */
  static async open(
    uri: string,
    { loadEmbedder = loadSentenceTransformer, split = wholeText }: Omit<DatabaseOptions, "signal"> = {},
  ): Promise<DatabaseReader> {
    const place = await storageFor(uri).read(uri);
    await using stack = new AsyncDisposableStack();
    try {
      const catalogue = stack.use(await place.openCatalogue());
      const embedders = stack.use(new SharedEmbedders(loadEmbedder));
      const { tables: folder, objects } = place;
      const generations = new GenerationReads({ catalogue, folder, objects, embedders, split });
      return new DatabaseReader(uri, { catalogue, generations, owned: stack.move() });
    } catch (error) {
      throw storageError(error, "Opening a database for reading");
    }
  }

  /** By its name or an alias, which is looked up anew at every call of the reader. @throws {DbError} `collection_not_found` */
  async collection(name: string): Promise<CollectionReader> {
    this.#requireOpen();
    if ((await findReady(this.#catalogue, name)) === undefined) throw await notFound(this.#catalogue, name);
    const opened = this.#collections.get(name);
    if (opened) return opened;
    const reader = new CollectionReader(name, this.#catalogue, this.#generations);
    this.#collections.set(name, reader);
    return reader;
  }

  /** All collections, in order of name. */
  async collections(): Promise<CollectionInfo[]> {
    this.#requireOpen();
    const records = (await this.#catalogue.listCollections()).filter(({ state }) => state === "ready");
    return Promise.all(records.map(async ({ name }) => (await this.collection(name)).info()));
  }

  aliases(): Promise<Alias[]> {
    this.#requireOpen();
    return this.#catalogue.listAliases();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#owned.disposed) return;
    for (const reader of this.#collections.values()) reader[Symbol.dispose]();
    await this.#owned.disposeAsync();
  }

  #requireOpen(): void {
    if (this.#owned.disposed) throw new DbError("database_closed", `The database ${this.uri} is closed.`);
  }
}
