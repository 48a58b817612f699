import type * as lancedb from "@lancedb/lancedb";
import type { FullTextQuery } from "@lancedb/lancedb";
import type { Table as ArrowTable } from "apache-arrow";
import { metrics } from "../vectors/metric.ts";
import { PassageVectors } from "../vectors/passage-vectors.ts";
import { DEFAULT_VECTORS } from "../vectors/vector-space.ts";
import type { VectorSpace } from "../vectors/vector-space.ts";
import type { TextColumn, TextQuery } from "./text-index.ts";
import type { OpenTable } from "./open-table.ts";
import { passageRow, roundScore } from "./passage-row.ts";
import type { ScoredPassage } from "./passage-row.ts";
import type { TableShape } from "./passage-schema.ts";
import { ROW_COLUMNS, numbers, rowIds, rowVectors, scoredRows, strings } from "./query-rows.ts";
import { both, isIn, quote } from "./sql.ts";
import type { RowNames } from "./row-names.ts";
import type { SearchableSpace, TableVectors } from "./table-vectors.ts";
import { TextMatches } from "./text-matches.ts";
import { similarTextQueries, textColumns, textIndexName, textQuery } from "./text-index.ts";
import type { SearchEffort } from "./vector-index.ts";
import { nearestTo, withEffort } from "./vector-index.ts";

export interface LegOptions {
  readonly where: string | undefined;
  readonly limit: number;
}

/** Rows of one search by words that are read in full. Of more, the best are asked for, and then the scores of others. */
const MAX_MATCHES = 32_768;

/** What a table of passages is read through. */
export interface PassageReadsParts {
  readonly opened: OpenTable;
  readonly shape: TableShape;
  readonly vectors: TableVectors;
  readonly names: RowNames;
}

export interface NearestOptions extends LegOptions {
  /** Which vectors. @default the default ones */
  readonly vectors?: string | undefined;
}

/** All that is asked of a table of passages. Readers need not wait for writers. */
export class PassageReads {
  readonly name: string;
  readonly shape: TableShape;
  readonly #opened: OpenTable;
  readonly #vectors: TableVectors;
  readonly #names: RowNames;
  readonly #columns: ReturnType<typeof textColumns>;

  constructor({ opened, shape, vectors, names }: PassageReadsParts) {
    this.name = opened.table.name;
    this.shape = shape;
    this.#opened = opened;
    this.#vectors = vectors;
    this.#names = names;
    this.#columns = textColumns(shape.textSettings ?? {});
  }

  /** Rows that the full-text index does not cover yet: a search scores them one by one. */
  async unindexedRows(): Promise<number> {
    const stats = await Promise.all(this.#columns.map((column) => this.#table.indexStats(textIndexName(column))));
    return Math.max(...stats.map((found) => found?.numUnindexedRows ?? 0));
  }

  /** Passages whose vectors are in memory; `undefined` while some are not loaded. */
  get residentRows(): number | undefined {
    return this.#vectors.residentRows;
  }

  /** Why vectors are not in memory, if that is a failure. */
  get residentFailure(): unknown {
    return this.#vectors.failure;
  }

  /** What the vectors of this name are; those of the collection when it is absent. */
  space(name: string = DEFAULT_VECTORS): VectorSpace {
    return this.#vectors.named(name).space;
  }

  countRows(where?: string): Promise<number> {
    return this.#read(() => this.#table.countRows(where));
  }

  /**
   * Nearest passages by the metric of these vectors; with ties of the last, maybe more than `limit`. `exact` when all matching rows were
   * scored; of a large table an index finds nearly all of them.
   */
  async nearest(
    vector: Float32Array,
    { where, limit, vectors: name = DEFAULT_VECTORS }: NearestOptions,
  ): Promise<{ passages: ScoredPassage[]; exact: boolean }> {
    const searched = this.#vectors.named(name);
    const vectors = searched.resident.vectors();
    if (!vectors) return this.#nearestInTable(vector, { where, limit }, searched);
    const among = where === undefined ? undefined : await this.#ids(where);
    return { passages: vectors.nearest(vector, limit, among), exact: true };
  }

  /** Scores of these passages by the same metric. */
  async vectorScores(
    vector: Float32Array,
    ids: readonly string[],
    { vectors: name = DEFAULT_VECTORS }: Pick<NearestOptions, "vectors"> = {},
  ): Promise<Map<string, number>> {
    const { resident, space } = this.#vectors.named(name);
    const vectors = resident.vectors();
    if (vectors) return vectors.scores(vector, ids);
    const stored = new PassageVectors(space.dimension, space.metric);
    for (const [id, found] of await this.#vectorsWhere(this.#names.whereIs(ids), space.column)) {
      stored.add(passageRow(id, 0), found);
    }
    return stored.scores(vector, ids);
  }

  /** Every passage that contains terms of the query; `undefined` where rows are not in memory, or where too many match. */
  async allMatching(query: TextQuery, where: string | undefined): Promise<TextMatches | undefined> {
    const passages = this.#vectors.spaces[0]?.resident.vectors();
    if (!passages) return undefined;
    const found = await this.#read(() => {
      const matching = this.#table.query().fullTextSearch(textQuery(query, this.#columns));
      if (where !== undefined) matching.where(where);
      return matching.select(["_score"]).withRowId().limit(MAX_MATCHES).toArrow();
    });
    if (found.numRows >= MAX_MATCHES) return undefined;
    const rows = rowIds(found);
    const known = await this.#names.learn(rows, { total: passages.length });
    if (!known) return undefined;
    return new TextMatches({ rows, scores: Float32Array.from(numbers(found, "_score")), known, passages });
  }

  /** Passages that contain terms of the query, by BM25. */
  matching(query: TextQuery, options: LegOptions): Promise<ScoredPassage[]> {
    return this.#scoredByText(textQuery(query, this.#columns), options);
  }

  /** Passages that contain words which are similar to these, by BM25. */
  async matchingSimilar(words: readonly string[], options: LegOptions): Promise<ScoredPassage[]> {
    const queries = similarTextQueries(words, this.#columns);
    const found = await Promise.all(queries.map((query) => this.#scoredByText(query, options)));
    const sums = new Map<string, ScoredPassage>();
    for (const passage of found.flat()) {
      const score = roundScore((sums.get(passage.id)?.score ?? 0) + passage.score);
      sums.set(passage.id, { ...passage, score });
    }
    return [...sums.values()];
  }

  async #scoredByText(query: FullTextQuery, options: LegOptions): Promise<ScoredPassage[]> {
    const rows = await this.#matching(query, options, ROW_COLUMNS);
    this.#note(rows);
    const scores = numbers(rows, "_score");
    return scoredRows(rows, (at) => roundScore(scores[at] ?? 0));
  }

  /** BM25 of these passages; one without any term of the query is absent. */
  async matchScores(query: TextQuery, ids: readonly string[]): Promise<Map<string, number>> {
    const options = { where: this.#names.whereIs(ids), limit: ids.length };
    const rows = await this.#matching(textQuery(query, this.#columns), options, ["id"]);
    const scores = numbers(rows, "_score");
    return new Map(strings(rows, "id").map((id, at) => [id, roundScore(scores[at] ?? 0)]));
  }

  /** Vectors of the documents' passages at exactly these revisions. */
  async vectorsAt(
    versions: readonly { id: string; rev: number }[],
    name: string = DEFAULT_VECTORS,
  ): Promise<Map<string, Float32Array>> {
    if (versions.length === 0) return new Map();
    const at = versions.map(({ id, rev }) => both(isIn("doc_id", [id]), `doc_rev = ${rev}`));
    return this.#vectorsWhere(at.join(" OR "), this.#vectors.named(name).space.column);
  }

  /** Vectors of these passages. */
  vectorsOf(ids: readonly string[], name: string = DEFAULT_VECTORS): Promise<Map<string, Float32Array>> {
    return this.#vectorsWhere(this.#names.whereIs(ids), this.#vectors.named(name).space.column);
  }

  /** The columns that keyword search reads. */
  get textColumns(): readonly TextColumn[] {
    return this.#columns;
  }

  /** Values of columns, one list a column, with an entry for each document that matches. */
  async documentColumns(
    columns: readonly string[],
    { where, limit }: LegOptions,
  ): Promise<{ rows: unknown[][]; complete: boolean }> {
    if (columns.length === 0) return { rows: [], complete: true };
    const table = await this.#read(() =>
      this.#table
        .query()
        .where(both(where, "chunk_no = 0") ?? "true")
        .select([...columns])
        .limit(limit + 1)
        .toArrow(),
    );
    const complete = table.numRows <= limit;
    return { rows: columns.map((name) => Array.from(table.getChild(name) ?? []).slice(0, limit)), complete };
  }

  /** Texts of passages that match, as they are analysed. */
  async texts({ where, limit }: LegOptions): Promise<string[]> {
    const names = this.#columns.map(({ name }) => name);
    const table = await this.#read(() => {
      const query = this.#table.query().select(names).limit(limit);
      if (where !== undefined) query.where(where);
      return query.toArrow();
    });
    return names.flatMap((name) => Array.from(table.getChild(name) ?? [], (text) => String(text ?? "")));
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

  /** Asked for at each use: maintenance renews it. */
  get #table(): lancedb.Table {
    return this.#opened.table;
  }

  async #nearestInTable(vector: Float32Array, options: LegOptions, { space, index }: SearchableSpace) {
    const effort = await index.effortFor(options.where);
    const passages = await this.#scored(vector, options, { space, effort });
    if (effort === undefined || passages.length >= options.limit) return { passages, exact: effort === undefined };
    return { passages: await this.#scored(vector, options, { space, effort: undefined }), exact: true };
  }

  async #scored(
    vector: Float32Array,
    { where, limit }: LegOptions,
    { space, effort }: Pick<SearchableSpace, "space"> & { effort: SearchEffort | undefined },
  ) {
    const rows = await this.#read(() => {
      const query = withEffort(nearestTo(this.#table, vector, space), effort);
      if (where !== undefined) query.where(where);
      return query
        .select([...ROW_COLUMNS, "_distance"])
        .withRowId()
        .limit(limit)
        .toArrow();
    });
    this.#note(rows);
    const distances = numbers(rows, "_distance");
    const { ofDistance, round } = metrics[space.metric];
    return scoredRows(rows, (at) => round(ofDistance(distances[at] ?? Number.NaN)));
  }

  async #ids(where: string): Promise<string[]> {
    return strings(await this.#read(() => this.#table.query().where(where).select(["id"]).toArrow()), "id");
  }

  #matching(query: FullTextQuery, { where, limit }: LegOptions, columns: readonly string[]): Promise<ArrowTable> {
    return this.#read(() => {
      const matching = this.#table.query().fullTextSearch(query);
      if (where !== undefined) matching.where(where);
      return matching
        .select([...columns, "_score"])
        .withRowId()
        .limit(limit)
        .toArrow();
    });
  }

  /** Of a table in memory all names are known, or asked for. */
  #note(found: ArrowTable): void {
    if (this.residentRows === undefined) this.#names.noteSome(found);
  }

  async #vectorsWhere(where: string, column: string): Promise<Map<string, Float32Array>> {
    const rows = await this.#read(() => this.#table.query().where(where).select(["id", column]).toArrow());
    const vectors = rowVectors(rows, column);
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
