/** Scores two vectors of one length; more is more alike. */
export type Similarity = (a: Float32Array, b: Float32Array) => number;

/** By the names of sentence-transformers (`util/similarity.py`). Distances are negated, so that more is always more alike. */
export const similarities = {
  cosine: cosineSimilarity,
  dot: dotProduct,
  euclidean: (a, b) => -Math.sqrt(accumulate(a, b, (x, y) => (x - y) ** 2)),
  manhattan: (a, b) => -accumulate(a, b, (x, y) => Math.abs(x - y)),
} as const satisfies Record<string, Similarity>;

export type SimilarityName = keyof typeof similarities;
export const similarityNames = Object.keys(similarities) as [SimilarityName, ...SimilarityName[]];

/** a·b / (‖a‖ ‖b‖), and 0 when one of the vectors is zero. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  const norms = Math.sqrt(dotProduct(a, a) * dotProduct(b, b));
  return norms === 0 ? 0 : dotProduct(a, b) / norms;
}

/** Σ aᵢ·bᵢ */
export function dotProduct(a: Float32Array, b: Float32Array): number {
  return accumulate(a, b, (x, y) => x * y);
}

/** Every row of `a` against every row of `b`: `matrix[i][j] = score(a[i], b[j])`. */
export function similarityMatrix(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  name: SimilarityName = "cosine",
): Float32Array[] {
  const score: Similarity = similarities[name];
  return a.map((left) => Float32Array.from(b, (right) => score(left, right)));
}

function accumulate(a: Float32Array, b: Float32Array, term: (x: number, y: number) => number): number {
  if (a.length !== b.length)
    throw new RangeError(`vectors of ${a.length} and ${b.length} components cannot be compared`);
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += term(a[index] ?? 0, b[index] ?? 0);
  return sum;
}
