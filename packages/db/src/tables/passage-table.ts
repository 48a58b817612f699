import { join } from "node:path";
import type * as lancedb from "@lancedb/lancedb";
import type { Table as ArrowTable } from "apache-arrow";
import type { StoredDocument } from "../catalogue/catalogue.ts";
import { DurabilityBarrier } from "../storage/durability.ts";
import { addFieldColumns, dropFieldColumns, fillFieldColumns } from "./field-columns.ts";
import { OpenTable } from "./open-table.ts";
import type { TableLocation } from "./open-table.ts";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import { PassageVectors } from "../vectors/passage-vectors.ts";
import { passageRow, roundScore } from "./passage-row.ts";
import type { ScoredPassage } from "./passage-row.ts";
import { passageRows } from "./passage-rows.ts";
import type { EmbeddedDocument } from "./passage-rows.ts";
import { passageSchema } from "./passage-schema.ts";
import type { TableShape } from "./passage-schema.ts";
import { ROW_COLUMNS, numbers, rowVectors, scoredRows, strings } from "./query-rows.ts";
import { ResidentVectors } from "./resident-vectors.ts";
import { both, isIn, quote } from "./sql.ts";
import { removeLaterVersions } from "./later-versions.ts";
import { textColumns, textIndex, textIndexName, textQuery } from "./text-index.ts";
import { VectorIndex, withEffort } from "./vector-index.ts";
import type { SearchEffort } from "./vector-index.ts";

export interface LegOptions {
  readonly where: string | undefined;
  readonly limit: number;
}

/** Passages of one collection in one LanceDB table. Writers must come one at a time; readers need not wait for them. */
export class PassageTable implements Disposable {
  readonly name: string;
  readonly shape: TableShape;
  readonly #opened: OpenTable;
  readonly #barrier: DurabilityBarrier;
  readonly #resident: ResidentVectors;
  readonly #index: VectorIndex;
  readonly #columns: ReturnType<typeof textColumns>;

  private constructor(
    opened: OpenTable,
    shape: TableShape,
    { folder, vectorIndex, exactRows = MAX_RESIDENT_VALUES / Math.max(1, shape.dimension) }: PassageTableParts,
  ) {
    this.name = opened.table.name;
    this.shape = shape;
    this.#opened = opened;
    this.#columns = textColumns(shape.textSettings ?? {});
    this.#resident = new ResidentVectors(() => this.#table, { dimension: shape.dimension, maxRows: exactRows });
    this.#index = new VectorIndex(() => this.#table, { dimension: shape.dimension, exactRows, facts: vectorIndex });
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

  /** Rows that the full-text index does not cover yet: a search scores them one by one. */
  async unindexedRows(): Promise<number> {
    const stats = await Promise.all(this.#columns.map((column) => this.#table.indexStats(textIndexName(column))));
    return Math.max(...stats.map((found) => found?.numUnindexedRows ?? 0));
  }

  /** Passages whose vectors are in memory; `undefined` while they are not loaded. */
  get residentRows(): number | undefined {
    return this.#resident.loaded;
  }

  /** Why the vectors are not in memory, if that is a failure. */
  get residentFailure(): unknown {
    return this.#resident.failure;
  }

  countRows(where?: string): Promise<number> {
    return this.#read(() => this.#table.countRows(where));
  }

  /**
   * Nearest passages by cosine similarity; with ties of the last, maybe more than `limit`. `exact` when all matching rows were
   * scored; of a large table an index finds nearly all of them.
   */
  async nearest(
    vector: Float32Array,
    { where, limit }: LegOptions,
  ): Promise<{ passages: ScoredPassage[]; exact: boolean }> {
    const vectors = this.#resident.vectors();
    if (!vectors) return this.#nearestInTable(vector, { where, limit });
    const among = where === undefined ? undefined : await this.#ids(where);
    return { passages: vectors.nearest(vector, limit, among), exact: true };
  }

  /** Cosine similarity of these passages. */
  async cosines(vector: Float32Array, ids: readonly string[]): Promise<Map<string, number>> {
    const resident = this.#resident.vectors();
    if (resident) return resident.cosines(vector, ids);
    const stored = new PassageVectors(this.shape.dimension);
    for (const [id, found] of await this.#vectorsWhere(isIn("id", ids))) stored.add(passageRow(id, 0), found);
    return stored.cosines(vector, ids);
  }

  /** Passages that contain terms of the query, by BM25. */
  async matching(query: string, { where, limit }: LegOptions): Promise<ScoredPassage[]> {
    const rows = await this.#matching(query, { where, limit }, ROW_COLUMNS);
    const scores = numbers(rows, "_score");
    return scoredRows(rows, (at) => scores[at] ?? 0);
  }

  /** BM25 of these passages; one without any term of the query is absent. */
  async matchScores(query: string, ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.#matching(query, { where: isIn("id", ids), limit: ids.length }, ["id"]);
    const scores = numbers(rows, "_score");
    return new Map(strings(rows, "id").map((id, at) => [id, roundScore(scores[at] ?? 0)]));
  }

  /** Vectors of the documents' passages at exactly these revisions. */
  async vectorsAt(versions: readonly { id: string; rev: number }[]): Promise<Map<string, Float32Array>> {
    if (versions.length === 0) return new Map();
    const at = versions.map(({ id, rev }) => both(isIn("doc_id", [id]), `doc_rev = ${rev}`));
    return this.#vectorsWhere(at.join(" OR "));
  }

  /** Ids of matching documents, in order of id. */
  async documentIds({
    where,
    after,
    limit,
  }: {
    where: string | undefined;
    after?: string | undefined;
    limit?: number;
  }) {
    const later = after === undefined ? undefined : `doc_id > ${quote(after)}`;
    const rows = await this.#read(() => {
      const query = this.#table.query().where(both(both(where, later), "chunk_no = 0") ?? "true");
      if (limit !== undefined) query.limit(limit);
      return query.select(["doc_id"]).orderBy({ columnName: "doc_id" }).toArrow();
    });
    return strings(rows, "doc_id");
  }

  /** Version of every passage, in batches, for verification. */
  async *versions(where?: string): AsyncGenerator<{ documentId: string; rev: number; chunkNo: number }> {
    const query = this.#table.query().select(["doc_id", "doc_rev", "chunk_no"]);
    if (where !== undefined) query.where(where);
    for await (const batch of query) {
      for (const row of batch) yield { documentId: row["doc_id"], rev: row["doc_rev"], chunkNo: row["chunk_no"] };
    }
  }

  /** Terms as the full-text index sees them; `position` counts words, also those that are not indexed. */
  tokenize(text: string): Promise<{ text: string; position: number }[]> {
    return this.#table.tokenize(text, { column: this.#columns[0].name });
  }

  [Symbol.dispose](): void {
    this.#opened[Symbol.dispose]();
  }

  /** Asked for at each use: maintenance renews it. */
  get #table(): lancedb.Table {
    return this.#opened.table;
  }

  async #nearestInTable(vector: Float32Array, { where, limit }: LegOptions) {
    const effort = await this.#index.effortFor(where);
    const passages = await this.#scored(vector, { where, limit }, effort);
    if (effort === undefined || passages.length >= limit) return { passages, exact: effort === undefined };
    return { passages: await this.#scored(vector, { where, limit }, undefined), exact: true };
  }

  async #scored(vector: Float32Array, { where, limit }: LegOptions, effort: SearchEffort | undefined) {
    const rows = await this.#read(() => {
      const query = withEffort(this.#table.query().nearestTo(vector).distanceType("cosine"), effort);
      if (where !== undefined) query.where(where);
      return query
        .select([...ROW_COLUMNS, "_distance"])
        .limit(limit)
        .toArrow();
    });
    const distances = numbers(rows, "_distance");
    return scoredRows(rows, (at) => 1 - (distances[at] ?? 1));
  }

  async #ids(where: string): Promise<string[]> {
    return strings(await this.#read(() => this.#table.query().where(where).select(["id"]).toArrow()), "id");
  }

  #matching(query: string, { where, limit }: LegOptions, columns: readonly string[]): Promise<ArrowTable> {
    return this.#read(() => {
      const matching = this.#table.query().fullTextSearch(textQuery(query, this.#columns));
      if (where !== undefined) matching.where(where);
      return matching
        .select([...columns, "_score"])
        .limit(limit)
        .toArrow();
    });
  }

  async #vectorsWhere(where: string): Promise<Map<string, Float32Array>> {
    const isDense = this.shape.dimension > 0;
    const columns = isDense ? ["id", "vector"] : ["id"];
    const rows = await this.#read(() => this.#table.query().where(where).select(columns).toArrow());
    const vectors = isDense ? rowVectors(rows) : [];
    return new Map(strings(rows, "id").map((id, at) => [id, vectors[at] ?? new Float32Array()]));
  }

  /** A reader may meet files that maintenance has just pruned; the newest version then has their content elsewhere. */
  async #read<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      if (!(error instanceof Error && /Not found|not found/.test(error.message))) throw error;
      return query();
    }
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
