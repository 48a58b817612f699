import * as lancedb from "@lancedb/lancedb";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import type { VectorSpace } from "../vectors/vector-space.ts";
import { numbers, rowVectors } from "./query-rows.ts";

export interface VectorIndexOptions {
  readonly space: VectorSpace;
  /** Up to so many rows the vectors are in memory and no index is needed. */
  readonly exactRows: number;
  readonly facts: VectorIndexFacts | undefined;
}

/** What a search has to do for good recall. */
export type SearchEffort = Pick<VectorIndexFacts, "probes" | "refine">;

/** Rows of a cluster, as LanceDB advises; IVF-RQ needs no codebooks besides. */
const PARTITION_ROWS = 4_096;
/** It quantizes eight dimensions to a byte. */
const DIMENSION_UNIT = 8;
/** Candidates scored with their exact vectors, as a multiple of the limit: the first is tried with few partitions, all with all. */
const REFINEMENTS = [4, 16, 64];
/** Clusters describe what the table was; when it has grown so much they are made anew. */
const RETRAIN_GROWTH = 4;
/** Recall is measured again when the table has changed by this share. */
const PROBE_GROWTH = 1.5;
const PROBE_QUERIES = 24;
const PROBE_K = 10;
const FIRST_PROBES = 8;
const MIN_RECALL = 0.98;
/** Of two ways to compute the same distance. */
const DISTANCE_ROUNDING = 1e-5;
/** A filter that leaves fewer rows is answered exactly: an index is made for the neighbours that it keeps, not for those it drops. */
const EXACT_MATCHES = 20_000;
const EXACT_SHARE = 0.05;

/**
 * Decides when one kind of a table's vectors gets an approximate index, keeps it true, and searches it. Where the measured recall is too low although
 * every partition is looked into, searches stay exact.
 */
export class VectorIndex {
  readonly #table: () => lancedb.Table;
  readonly #options: Omit<VectorIndexOptions, "facts">;
  #facts: VectorIndexFacts | undefined;

  constructor(table: () => lancedb.Table, { facts, ...options }: VectorIndexOptions) {
    this.#table = table;
    this.#options = options;
    this.#facts = facts;
  }

  get facts(): VectorIndexFacts | undefined {
    return this.#facts;
  }

  /** To be called in the writer's lane, after rows have been added to the index that is there. True when the facts have changed. */
  async maintain(): Promise<boolean> {
    const rows = await this.#table().countRows();
    const { space, exactRows } = this.#options;
    if (rows <= exactRows || space.dimension % DIMENSION_UNIT !== 0) return false;
    const facts = this.#facts;
    const isGrown = facts === undefined || rows >= RETRAIN_GROWTH * facts.trained_rows;
    if (!isGrown && !hasChanged(rows, facts.probed_rows)) return false;
    if (isGrown) await this.#train(rows);
    else if (!(await this.#probe(rows, facts))) await this.#train(rows);
    return true;
  }

  /** How the vectors of these rows are to be searched: `undefined` for scoring every one of them. */
  async effortFor(where: string | undefined): Promise<SearchEffort | undefined> {
    if (this.#facts === undefined || this.#facts.recall < MIN_RECALL) return undefined;
    if (where !== undefined) {
      const [matches, all] = await Promise.all([this.#table().countRows(where), this.#table().countRows()]);
      if (matches <= Math.max(EXACT_MATCHES, EXACT_SHARE * all)) return undefined;
    }
    return this.#facts;
  }

  async #train(rows: number): Promise<void> {
    const partitions = Math.ceil(rows / PARTITION_ROWS);
    const { column, metric } = this.#options.space;
    const config = lancedb.Index.ivfRq({ distanceType: metric, numPartitions: partitions });
    await this.#table().createIndex(column, { config, replace: true, name: `${column}_idx` });
    await this.#probe(rows, { partitions, trained_rows: rows, probed_rows: 0, recall: 0 });
  }

  /** Looks into more and more partitions until recall is good; false when looking into all of them is not enough. */
  async #probe(rows: number, facts: Omit<VectorIndexFacts, keyof SearchEffort>): Promise<boolean> {
    const queries = await this.#sample(rows);
    const farthest: number[] = [];
    for (const query of queries) farthest.push((await this.#distances(query, undefined)).at(-1) ?? 0);
    for (const effort of efforts(facts.partitions)) {
      let found = 0;
      for (const [at, query] of queries.entries()) {
        const last = farthest[at] ?? 0;
        const limit = last + DISTANCE_ROUNDING * Math.max(1, Math.abs(last));
        found += (await this.#distances(query, effort)).filter((distance) => distance <= limit).length;
      }
      const recall = found / (queries.length * PROBE_K);
      this.#facts = { ...facts, ...effort, recall, probed_rows: rows };
      if (recall >= MIN_RECALL) return true;
    }
    return false;
  }

  /** Stored vectors, spread over the table. */
  async #sample(rows: number): Promise<Float32Array[]> {
    const offsets = Array.from({ length: PROBE_QUERIES }, (_, at) => Math.floor(((at + 0.5) * rows) / PROBE_QUERIES));
    const { column } = this.#options.space;
    return rowVectors(await this.#table().takeOffsets(offsets).select([column]).toArrow(), column);
  }

  /** Of the nearest rows, in order: equal vectors are equally good neighbours. */
  async #distances(query: Float32Array, effort: SearchEffort | undefined): Promise<number[]> {
    const nearest = nearestTo(this.#table(), query, this.#options.space);
    const rows = await withEffort(nearest, effort).select(["id", "_distance"]).limit(PROBE_K).toArrow();
    return Array.from(numbers(rows, "_distance"));
  }
}

/** From little to much: more and more partitions, then more and more candidates. */
function* efforts(partitions: number): Generator<SearchEffort> {
  const [least = 1, ...more] = REFINEMENTS;
  for (let probes = FIRST_PROBES; probes < partitions; probes *= 2) yield { probes, refine: least };
  for (const refine of [least, ...more]) yield { probes: partitions, refine };
}

/** A query for the rows whose vectors of this kind are nearest. */
export function nearestTo(table: lancedb.Table, query: Float32Array, { column, metric }: VectorSpace) {
  return table.query().nearestTo(query).column(column).distanceType(metric);
}

/** With a filter that leaves too few rows in so many partitions the others are looked into, too. */
export function withEffort(query: lancedb.VectorQuery, effort: SearchEffort | undefined): lancedb.VectorQuery {
  if (effort === undefined) return query.bypassVectorIndex();
  return query.maximumNprobes(0).minimumNprobes(effort.probes).refineFactor(effort.refine);
}

function hasChanged(rows: number, before: number): boolean {
  return rows >= PROBE_GROWTH * before || rows * PROBE_GROWTH <= before;
}
