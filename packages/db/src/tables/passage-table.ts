import { join } from "node:path";
import type * as lancedb from "@lancedb/lancedb";
import type { StoredDocument } from "../catalogue/catalogue.ts";
import { DurabilityBarrier } from "../storage/durability.ts";
import { addFieldColumns, dropFieldColumns, fillFieldColumns } from "./field-columns.ts";
import { OpenTable } from "./open-table.ts";
import type { TableLocation } from "./open-table.ts";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import { PassageReads } from "./passage-reads.ts";
import { passageRows } from "./passage-rows.ts";
import type { EmbeddedDocument } from "./passage-rows.ts";
import { passageSchema } from "./passage-schema.ts";
import type { TableShape } from "./passage-schema.ts";
import { ResidentVectors } from "./resident-vectors.ts";
import { isIn } from "./sql.ts";
import { removeLaterVersions } from "./later-versions.ts";
import { textColumns, textIndex } from "./text-index.ts";
import { VectorIndex } from "./vector-index.ts";

/** Passages of one collection in one LanceDB table. Writers must come one at a time; readers need not wait for them. */
export class PassageTable extends PassageReads implements Disposable {
  readonly #opened: OpenTable;
  readonly #barrier: DurabilityBarrier;
  readonly #resident: ResidentVectors;
  readonly #index: VectorIndex;

  private constructor(
    opened: OpenTable,
    shape: TableShape,
    { folder, vectorIndex, exactRows = MAX_RESIDENT_VALUES / Math.max(1, shape.dimension) }: PassageTableParts,
  ) {
    const { dimension } = shape;
    const resident = new ResidentVectors(() => opened.table, { dimension, maxRows: exactRows });
    const index = new VectorIndex(() => opened.table, { dimension, exactRows, facts: vectorIndex });
    super({ opened, shape, resident, index });
    this.#opened = opened;
    this.#resident = resident;
    this.#index = index;
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
      vectorIndex: undefined,
    });
    created.#resident.beginEmpty();
    await created.#barrier.pass();
    return created;
  }

  /** Newer versions than the durable one were never acknowledged, and a power cut may have torn them: the table goes back to it. */
  static async open(
    location: TableLocation,
    shape: TableShape,
    { tableVersion, vectorIndex, ...limits }: TableState & TableLimits = {},
  ): Promise<PassageTable> {
    const folder = tableFolder(location);
    if (tableVersion !== undefined) await removeLaterVersions(folder, tableVersion);
    return new PassageTable(await OpenTable.open(location), shape, { ...limits, folder, vectorIndex });
  }

  /** For a process that only reads: it sees what another one writes. `refresh` or `forgetVectors` is to be called when that has written. */
  static async follow(
    location: TableLocation,
    shape: TableShape,
    { vectorIndex }: Pick<TableState, "vectorIndex">,
  ): Promise<PassageTable> {
    const opened = await OpenTable.open(location, { follows: true });
    return new PassageTable(opened, shape, { folder: tableFolder(location), vectorIndex });
  }

  /** Forgets what was kept of an earlier version: the vectors at once, and the files that caches keep open. */
  async refresh(): Promise<void> {
    this.forgetVectors();
    await this.#opened.renew();
  }

  forgetVectors(): void {
    this.#resident.forget();
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
    await this.#resident.during(async () => {
      await this.#table
        .mergeInsert("id")
        .whenMatchedUpdateAll({ where: "source.doc_rev >= target.doc_rev" })
        .whenNotMatchedInsertAll()
        .whenNotMatchedBySourceDelete({ where: `${isIn("doc_id", ids)} AND doc_rev <= ${rev}` })
        .execute(passageRows(documents, rev, this.shape));
    });
    this.#resident.replace(documents, rev);
  }

  async removeDocuments(ids: readonly string[]): Promise<void> {
    await this.#resident.during(() => this.#table.delete(isIn("doc_id", ids)));
    this.#resident.remove(ids);
  }

  /** Adds columns for these fields, with the values that the documents have; without them again when that fails. */
  async addFields(fields: TableShape["fields"], documents: AsyncIterable<readonly StoredDocument[]>): Promise<void> {
    await this.#resident.during(async () => {
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

  /** What is known of the approximate index now, after bringing it up to date; `undefined` when that has not changed. */
  async maintainVectorIndex(): Promise<VectorIndexFacts | undefined> {
    return (await this.#index.maintain()) ? this.#index.facts : undefined;
  }

  [Symbol.dispose](): void {
    this.#opened[Symbol.dispose]();
  }

  /** Asked for at each use: maintenance renews it. */
  get #table(): lancedb.Table {
    return this.#opened.table;
  }
}

/** Vectors of one collection that are kept in memory, 128 MiB: 87,000 passages of 384 dimensions. Of more an index is made. */
const MAX_RESIDENT_VALUES = 33_554_432;

/** What the catalogue knows of a table. */
export interface TableState {
  /** The last version known to be on disk. */
  readonly tableVersion?: number;
  readonly vectorIndex?: VectorIndexFacts | undefined;
}

export interface TableLimits {
  /** Up to so many rows every vector is scored, from memory. */
  readonly exactRows?: number;
}

interface PassageTableParts extends TableLimits {
  readonly folder: string;
  readonly vectorIndex: VectorIndexFacts | undefined;
}

/** Pinned: what "stable" means changes with LanceDB's version. */
const STORAGE_VERSION = "2.1";

function tableFolder({ folder, name }: TableLocation): string {
  return join(folder, `${name}.lance`);
}
