import { join } from "node:path";
import type * as lancedb from "@lancedb/lancedb";
import type { StoredDocument, VectorIndexes } from "../catalogue/catalogue.ts";
import { DurabilityBarrier } from "../storage/durability.ts";
import { addFieldColumns, dropFieldColumns, fillFieldColumns } from "./field-columns.ts";
import { OpenTable } from "./open-table.ts";
import type { TableLocation } from "./open-table.ts";
import { PassageReads } from "./passage-reads.ts";
import { passageRows } from "./passage-rows.ts";
import type { EmbeddedDocument } from "./passage-rows.ts";
import { passageSchema } from "./passage-schema.ts";
import type { TableShape } from "./passage-schema.ts";
import { isIn } from "./sql.ts";
import { removeLaterVersions } from "./later-versions.ts";
import { RowNames } from "./row-names.ts";
import { textColumns, textIndex } from "./text-index.ts";
import { TableVectors } from "./table-vectors.ts";

/** Passages of one collection in one LanceDB table. Writers must come one at a time; readers need not wait for them. */
export class PassageTable extends PassageReads implements Disposable {
  readonly #opened: OpenTable;
  readonly #barrier: DurabilityBarrier;
  readonly #vectors: TableVectors;
  readonly #names: RowNames;

  private constructor(opened: OpenTable, shape: TableShape, { folder, vectorIndexes, exactRows }: PassageTableParts) {
    const names = new RowNames(() => opened.table);
    const vectors = new TableVectors(() => opened.table, shape, { indexes: vectorIndexes, names, exactRows });
    super({ opened, shape, vectors, names });
    this.#opened = opened;
    this.#vectors = vectors;
    this.#names = names;
    this.#barrier = new DurabilityBarrier(folder);
  }

  static async create(
    connection: lancedb.Connection,
    location: TableLocation,
    shape: TableShape,
    limits: TableLimits = {},
  ): Promise<PassageTable> {
    const table = await connection.createEmptyTable(location.name, passageSchema(shape), {
      storageOptions: { newTableEnableStableRowIds: "true", newTableDataStorageVersion: STORAGE_VERSION },
    });
    await table.setUnenforcedPrimaryKey("id");
    const { textSettings = {} } = shape;
    for (const { name } of textColumns(textSettings)) {
      await table.createIndex(name, { config: textIndex(textSettings) });
    }
    table.close();
    const created = new PassageTable(await OpenTable.open(location), shape, {
      ...limits,
      folder: tableFolder(location),
      vectorIndexes: {},
    });
    created.#vectors.beginEmpty();
    await created.#barrier.pass();
    return created;
  }

  /** Newer versions than the durable one were never acknowledged, and a power cut may have torn them: the table goes back to it. */
  static async open(
    location: TableLocation,
    shape: TableShape,
    { tableVersion, vectorIndexes = {}, ...limits }: TableState & TableLimits = {},
  ): Promise<PassageTable> {
    const folder = tableFolder(location);
    if (tableVersion !== undefined) await removeLaterVersions(folder, tableVersion);
    return new PassageTable(await OpenTable.open(location), shape, { ...limits, folder, vectorIndexes });
  }

  /** For a process that only reads: it sees what another one writes. `refresh` or `forgetVectors` is to be called when that has written. */
  static async follow(
    location: TableLocation,
    shape: TableShape,
    { vectorIndexes = {} }: Pick<TableState, "vectorIndexes">,
  ): Promise<PassageTable> {
    const opened = await OpenTable.open(location, { follows: true });
    return new PassageTable(opened, shape, { folder: tableFolder(location), vectorIndexes });
  }

  /** Forgets what was kept of an earlier version: the vectors at once, and the files that caches keep open. */
  async refresh(): Promise<void> {
    this.forgetVectors();
    await this.#opened.renew();
  }

  forgetVectors(): void {
    this.#vectors.forget();
    this.#names.forget();
  }

  /** A row has been replaced since it was read. Vectors in memory follow the writer of this process, but not another's. */
  noteReplaced(): void {
    if (this.#opened.follows) this.forgetVectors();
  }

  version(): Promise<number> {
    return this.#table.version();
  }

  /**
   * One commit replaces all passages of these documents: nobody sees a document with none or a mixture. Repeating it changes
   * nothing. `whenNotMatchedBySourceDelete` also keeps LanceDB on the merge path that detects concurrent inserts (lancedb#3377).
   */
  async replace(documents: readonly EmbeddedDocument[], rev: number): Promise<void> {
    const ids = documents.map(({ id }) => id);
    await this.#vectors.during(async () => {
      await this.#table
        .mergeInsert("id")
        .whenMatchedUpdateAll({ where: "source.doc_rev >= target.doc_rev" })
        .whenNotMatchedInsertAll()
        .whenNotMatchedBySourceDelete({ where: `${isIn("doc_id", ids)} AND doc_rev <= ${rev}` })
        .execute(passageRows(documents, rev, this.shape));
    });
    this.#vectors.replace(documents, rev);
  }

  async removeDocuments(ids: readonly string[]): Promise<void> {
    await this.#vectors.during(() => this.#table.delete(isIn("doc_id", ids)));
    this.#vectors.remove(ids);
  }

  /** Adds columns for these fields, with the values that the documents have; without them again when that fails. */
  async addFields(fields: TableShape["fields"], documents: AsyncIterable<readonly StoredDocument[]>): Promise<void> {
    await this.#vectors.during(async () => {
      await addFieldColumns(this.#table, fields);
      try {
        for await (const batch of documents) await fillFieldColumns(this.#table, batch, fields);
      } catch (error) {
        await dropFieldColumns(this.#table, fields);
        throw error;
      }
    });
  }

  /** Puts all writes so far on disk, and says which table version that is. */
  async makeDurable(): Promise<number> {
    await this.#barrier.pass();
    return this.#table.version();
  }

  /** Compacts and indexes. Twice: the first run can leave fragments that only the second joins. Old versions stay readable. */
  async optimize(): Promise<void> {
    await this.#table.optimize({ cleanupOlderThan: new Date(0) });
    await this.#table.optimize({ cleanupOlderThan: new Date(0) });
  }

  /** Frees the space of all versions before the present one, which must be durable, and the files that readers kept open. */
  async prune(): Promise<void> {
    const present = await this.#table.version();
    const versions = await this.#table.listVersions();
    const timestamp = versions.find(({ version }) => version === present)?.timestamp;
    if (timestamp) await this.#table.optimize({ cleanupOlderThan: timestamp });
    await this.#opened.renew();
  }

  /** What is known now of the approximate indexes that have changed, after bringing them up to date. */
  maintainVectorIndexes(): Promise<VectorIndexes> {
    return this.#vectors.maintain();
  }

  [Symbol.dispose](): void {
    this.#opened[Symbol.dispose]();
  }

  /** Asked for at each use: maintenance renews it. */
  get #table(): lancedb.Table {
    return this.#opened.table;
  }
}

/** What the catalogue knows of a table. */
export interface TableState {
  /** The last version known to be on disk. */
  readonly tableVersion?: number;
  readonly vectorIndexes?: VectorIndexes;
}

export interface TableLimits {
  /** Up to so many rows every vector is scored, from memory. */
  readonly exactRows?: number;
}

interface PassageTableParts extends TableLimits {
  readonly folder: string;
  readonly vectorIndexes: VectorIndexes;
}

/** Pinned: what "stable" means changes with LanceDB's version. */
const STORAGE_VERSION = "2.1";

function tableFolder({ folder, name }: TableLocation): string {
  return join(folder, `${name}.lance`);
}
