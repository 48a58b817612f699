import type { Table } from "@lancedb/lancedb";
import type { VectorIndexes } from "../catalogue/catalogue.ts";
import type { VectorIndexFacts } from "../schemas/vector-index.ts";
import type { VectorShape, VectorSpace } from "../vectors/vector-space.ts";
import { vectorSpaces } from "../vectors/vector-space.ts";
import type { EmbeddedDocument } from "./passage-rows.ts";
import { ResidentVectors } from "./resident-vectors.ts";
import type { RowNames } from "./row-names.ts";
import { VectorIndex } from "./vector-index.ts";

/** Vectors of one collection that are kept in memory, 128 MiB: 87,000 passages of 384 dimensions. Of more an index is made. */
const MAX_RESIDENT_VALUES = 33_554_432;

export interface TableVectorsOptions {
  readonly indexes: VectorIndexes;
  readonly names: RowNames;
  /** Up to so many rows every vector is scored, from memory. */
  readonly exactRows?: number | undefined;
}

/** One kind of vectors of a table, in memory or behind an index. */
export interface SearchableSpace {
  readonly space: VectorSpace;
  readonly resident: ResidentVectors;
  readonly index: VectorIndex;
}

/** All kinds of vectors of a table. */
export class TableVectors {
  readonly spaces: readonly SearchableSpace[];

  constructor(table: () => Table, shape: VectorShape, { indexes, names, exactRows }: TableVectorsOptions) {
    const spaces = vectorSpaces(shape);
    const values = spaces.reduce((sum, { dimension }) => sum + dimension, 0);
    const maxRows = exactRows ?? MAX_RESIDENT_VALUES / Math.max(1, values);
    this.spaces = spaces.map((space) => ({
      space,
      resident: new ResidentVectors(table, { space, names, maxRows }),
      index: new VectorIndex(table, { space, exactRows: maxRows, facts: indexes[space.name] }),
    }));
  }

  /** @throws {RangeError} where the collection has no vectors of this name */
  named(name: string): SearchableSpace {
    const found = this.spaces.find(({ space }) => space.name === name);
    if (found === undefined) throw new RangeError(`there are no vectors named ${name}`);
    return found;
  }

  /** Passages whose vectors are in memory; `undefined` while some are not loaded. */
  get residentRows(): number | undefined {
    const loaded = this.spaces.map(({ resident }) => resident.loaded);
    return loaded.includes(undefined) ? undefined : loaded[0];
  }

  /** Why vectors are not in memory, if that is a failure. */
  get failure(): unknown {
    return this.spaces.find(({ resident }) => resident.failure !== undefined)?.resident.failure;
  }

  /** The table has just been created. */
  beginEmpty(): void {
    for (const { resident } of this.spaces) resident.beginEmpty();
  }

  forget(): void {
    for (const { resident } of this.spaces) resident.forget();
  }

  /** To be held around each commit. */
  async during(commit: () => Promise<unknown>): Promise<void> {
    const all = this.spaces.reduce<() => Promise<unknown>>(
      (inner, { resident }) =>
        () =>
          resident.during(inner),
      commit,
    );
    await all();
  }

  replace(documents: readonly EmbeddedDocument[], rev: number): void {
    for (const { resident } of this.spaces) resident.replace(documents, rev);
  }

  remove(documentIds: readonly string[]): void {
    for (const { resident } of this.spaces) resident.remove(documentIds);
  }

  /** What is known now of the indexes that have changed, after bringing them up to date. */
  async maintain(): Promise<VectorIndexes> {
    const changed: Record<string, VectorIndexFacts> = {};
    for (const { space, index } of this.spaces) {
      if ((await index.maintain()) && index.facts) changed[space.name] = index.facts;
    }
    return changed;
  }
}
