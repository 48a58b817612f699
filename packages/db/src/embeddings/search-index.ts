import { DenseRows } from "./dense/dense-rows.ts";
import type { IndexPlan } from "./embeddings-options.ts";
import { fuse, hybridWeights } from "./hybrid.ts";
import type { HybridWeights } from "./hybrid.ts";
import type { Eligible, Scored } from "./scored.ts";
import { TermIndex } from "./scoring/term-index.ts";

/** What each leg fetches for every row wanted: what one has far down the other may have on top. */
const HYBRID_DEPTH = 10;

export interface RowSearch {
  /** Without it words are not searched. */
  readonly text: string | undefined;
  /** Without it vectors are not searched. */
  readonly vector: Float32Array | undefined;
  readonly limit: number;
  readonly weights: number | HybridWeights | undefined;
  readonly eligible: Eligible;
}

/** Rows by their vectors, by their words, or by both; in memory. */
export class SearchIndex {
  readonly plan: IndexPlan;
  readonly dense: DenseRows | undefined;
  readonly terms: TermIndex | undefined;

  /** @param dimension of the vectors that there are */
  constructor(plan: IndexPlan, dimension: number | undefined) {
    this.plan = plan;
    this.dense = dimension === undefined ? undefined : new DenseRows(dimension, plan.quantize);
    this.terms = plan.terms && new TermIndex(plan.terms);
  }

  /** Whether it is meant to be searched. */
  get isSearchable(): boolean {
    return this.plan.isDense || this.terms !== undefined;
  }

  add(row: number, text: string, vectors: readonly Float32Array[]): void {
    this.dense?.add(row, vectors);
    this.terms?.add(row, text);
  }

  delete(row: number): void {
    this.dense?.delete(row);
    this.terms?.delete(row);
  }

  search({ text, vector, limit, weights, eligible }: RowSearch): Scored[] {
    const { dense, terms } = this;
    if (!dense) return text === undefined || !terms ? [] : terms.search(text, limit, eligible);
    if (!terms) return vector === undefined ? [] : dense.search(vector, limit, eligible);
    const depth = limit * HYBRID_DEPTH;
    const legs = {
      dense: vector === undefined ? [] : dense.search(vector, depth, eligible),
      sparse: text === undefined ? [] : terms.search(text, depth, eligible),
    };
    return fuse(legs, { normalization: terms.normalization, weights: hybridWeights(weights) }, limit);
  }
}
