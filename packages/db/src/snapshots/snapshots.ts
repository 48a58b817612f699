import { join } from "node:path";
import type { Collection } from "../collection.ts";
import { DbError } from "../errors.ts";
import type { GenerationStore } from "../generations/generation-store.ts";
import type { Generation } from "../generations/generation.ts";
import type { SnapshotInfo, SnapshotManifest, SnapshotReport } from "../schemas/snapshot.ts";
import { storageError } from "../storage/failure.ts";
import { linkFiles } from "../storage/link-files.ts";
import { exportObjects, objectFileOf } from "./snapshot-objects.ts";
import { readDocuments, writeDocuments } from "./snapshot-documents.ts";
import { manifestVectors } from "./snapshot-vectors.ts";
import { DOCUMENTS, SnapshotFolder, TABLE } from "./snapshot-folder.ts";

export interface RestoreOptions {
  /** Name of the restored collection. @default the collection's name when the snapshot was taken */
  readonly name?: string;
  /** Takes the place of a collection of that name, in one step for all that read it. @default false */
  readonly replace?: boolean;
}

export interface SnapshotsParts {
  readonly folder: string;
  readonly store: GenerationStore;
  readonly collection: (name: string) => Promise<Collection>;
  readonly hasCollection: (name: string) => Promise<boolean>;
}

/**
 * Collections as they were at one moment, beside the data they were taken from. The files of a table are written once, so that a
 * snapshot is a second name for them: it takes no space until the collection changes.
 */
export class Snapshots {
  readonly #folder: SnapshotFolder;
  readonly #store: GenerationStore;
  readonly #collection: SnapshotsParts["collection"];
  readonly #hasCollection: SnapshotsParts["hasCollection"];

  constructor({ folder, store, collection, hasCollection }: SnapshotsParts) {
    this.#folder = new SnapshotFolder(folder);
    this.#store = store;
    this.#collection = collection;
    this.#hasCollection = hasCollection;
  }

  /**
   * Writes wait while the documents are written and the files linked; searches do not.
   * @throws {DbError} `collection_not_found`, `disk_full`, `storage_failed`
   */
  async create(name: string): Promise<SnapshotInfo> {
    const collection = await this.#collection(name);
    try {
      return infoOf(await this.#folder.make((folder) => collection.hold((generation) => write(generation, folder))));
    } catch (error) {
      throw storageError(error, "Taking a snapshot");
    }
  }

  /** From old to new. @throws {DbError} `snapshot_invalid` */
  async list(): Promise<SnapshotInfo[]> {
    const ids = await this.#folder.ids();
    return Promise.all(ids.map(async (id) => infoOf(await this.#folder.manifest(id))));
  }

  /** Reads every file and compares it with what was written. @throws {DbError} `snapshot_not_found`, `snapshot_invalid` */
  verify(id: string): Promise<SnapshotReport> {
    return this.#folder.verify(id);
  }

  /**
   * Makes a collection of a snapshot, with its vectors and revisions; nothing is embedded.
   *
   * @throws {DbError} `snapshot_not_found`, `snapshot_invalid` (also when a file of it is damaged), `collection_exists`,
   * `reindex_running`, `disk_full`
   */
  async restore(id: string, { name: asked, replace = false }: RestoreOptions = {}): Promise<Collection> {
    const { ok } = await this.#folder.verify(id);
    if (!ok) {
      throw new DbError("snapshot_invalid", "The snapshot is damaged.", {
        hint: "`galen snapshot verify` names the files.",
        details: { id },
      });
    }
    const manifest = await this.#folder.manifest(id);
    const name = asked ?? manifest.collection;
    try {
      if (replace && (await this.#hasCollection(name))) return await this.#replace(name, manifest);
      await this.#store.restore(name, this.#restored(manifest));
      return await this.#collection(name);
    } catch (error) {
      throw storageError(error, "Restoring a snapshot");
    }
  }

  /** @throws {DbError} `snapshot_not_found` */
  remove(id: string): Promise<void> {
    return this.#folder.remove(id);
  }

  /** Clears away what a crash left unfinished. */
  clear(): Promise<void> {
    return this.#folder.clear();
  }

  async #replace(name: string, manifest: SnapshotManifest): Promise<Collection> {
    const collection = await this.#collection(name);
    await collection.supersede((replaces) =>
      this.#store.restore(`replacing ${replaces}`, { ...this.#restored(manifest), replaces }),
    );
    return collection;
  }

  #restored(manifest: SnapshotManifest) {
    const folder = this.#folder.folderOf(manifest.id);
    return {
      manifest,
      documents: () => readDocuments(join(folder, DOCUMENTS)),
      linkTable: (to: string) => linkFiles(join(folder, TABLE), to),
      objectFile: (sha256: string) => objectFileOf(sha256, manifest, folder),
    };
  }
}

async function write(generation: Generation, folder: string) {
  const { table, tableFolder, catalogue, record } = generation;
  const tableVersion = await table.makeDurable();
  await linkFiles(tableFolder, join(folder, TABLE));
  const documents = await writeDocuments(join(folder, DOCUMENTS), generation);
  await exportObjects(generation, folder);
  const present = (await catalogue.collectionOf(record.id)) ?? record;
  const { name, fields, textSettings, version } = present;
  const { model, precision, dimension, ...vectors } = manifestVectors(present);
  return {
    collection: name,
    created_at: new Date().toISOString(),
    version,
    model,
    precision,
    dimension,
    documents,
    settings: {
      ...vectors,
      fields: { ...fields },
      ...textSettings,
      table_version: tableVersion,
      seen_fields: await catalogue.seenFields(record.id),
    },
  };
}

function infoOf({ settings: _settings, files: _files, format: _format, ...info }: SnapshotManifest): SnapshotInfo {
  return info;
}
