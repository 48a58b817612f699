import { VectorStore } from "../../vectors/vector-store.ts";
import { best } from "../scored.ts";
import type { Eligible, Scored } from "../scored.ts";
import { BitStore } from "./bit-store.ts";

/** Vectors one after the other, all of them scored for a query. */
export interface VectorScores {
  readonly length: number;
  push(vector: Float32Array): void;
  /** Removes one by moving the last into its place. */
  swapRemove(place: number): void;
  scores(query: Float32Array): Float32Array;
}

/** The vectors of rows; a row has as many as its text has passages, and the score of the best of them. */
export class DenseRows {
  readonly #dimension: number;
  readonly #store: VectorScores;
  /** The row of each vector. */
  readonly #rows: number[] = [];
  readonly #places = new Map<number, Set<number>>();

  /** @param bits of a component, where vectors are not kept whole */
  constructor(dimension: number, bits?: number) {
    this.#dimension = dimension;
    this.#store = bits === undefined ? new VectorStore(dimension) : new BitStore(dimension, bits);
  }

  /** Rows that have vectors. */
  get count(): number {
    return this.#places.size;
  }

  get dimension(): number {
    return this.#dimension;
  }

  add(row: number, vectors: readonly Float32Array[]): void {
    for (const vector of vectors) {
      this.#placesOf(row).add(this.#store.length);
      this.#rows.push(row);
      this.#store.push(vector);
    }
  }

  delete(row: number): void {
    for (const place of [...(this.#places.get(row) ?? [])].sort((left, right) => right - left)) this.#remove(place);
    this.#places.delete(row);
  }

  /** The nearest rows of those that may be found, the best first. */
  search(query: Float32Array, limit: number, eligible?: Eligible): Scored[] {
    const scores = new Map<number, number>();
    const all = this.#store.scores(query);
    for (const [place, row] of this.#rows.entries()) {
      if (eligible && !eligible.has(row)) continue;
      scores.set(row, Math.max(scores.get(row) ?? Number.NEGATIVE_INFINITY, all[place] ?? 0));
    }
    return best(
      Array.from(scores, ([row, score]) => ({ row, score })),
      limit,
    );
  }

  #remove(place: number): void {
    const last = this.#store.length - 1;
    this.#store.swapRemove(place);
    const moved = this.#rows.pop();
    if (moved === undefined || place === last) return;
    this.#rows[place] = moved;
    const places = this.#placesOf(moved);
    places.delete(last);
    places.add(place);
  }

  #placesOf(row: number): Set<number> {
    let places = this.#places.get(row);
    if (!places) this.#places.set(row, (places = new Set()));
    return places;
  }
}
