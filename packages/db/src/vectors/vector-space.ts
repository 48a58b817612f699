import type { Metric } from "../schemas/metric.ts";

/** Name of the vectors that every collection has which has any. */
export const DEFAULT_VECTORS = "default";

/** One kind of vectors that every passage has. */
export interface VectorSpace {
  readonly name: string;
  /** Of the table. */
  readonly column: string;
  readonly dimension: number;
  readonly metric: Metric;
}

/** What a collection is made with, as far as its vectors are concerned. */
export interface VectorShape {
  /** Of the default vectors; 0 where there are no vectors. */
  readonly dimension: number;
  /** @default "cosine" */
  readonly metric?: Metric | undefined;
  /** Further ones, by name. */
  readonly vectors?: Readonly<Record<string, { readonly dimension: number; readonly metric: Metric }>> | undefined;
}

/** The default ones first, then the others in order of name. */
export function vectorSpaces({ dimension, metric = "cosine", vectors = {} }: VectorShape): VectorSpace[] {
  if (dimension === 0) return [];
  const further = Object.entries(vectors).sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    { name: DEFAULT_VECTORS, column: "vector", dimension, metric },
    ...further.map(([name, space]) => ({
      name,
      column: `v_${name}`,
      dimension: space.dimension,
      metric: space.metric,
    })),
  ];
}

/** The vectors of the passages of a document. */
export interface HasVectors {
  /** The default ones, in order of passage. */
  readonly vectors: readonly Float32Array[];
  /** Further ones, by name. */
  readonly named?: Readonly<Record<string, readonly Float32Array[]>> | undefined;
}

export function vectorsOf({ vectors, named = {} }: HasVectors, name: string): readonly Float32Array[] {
  return name === DEFAULT_VECTORS ? vectors : (named[name] ?? []);
}
