import { ModelError } from "../errors.ts";
import { norm } from "./norm.ts";

/** Scores two vectors of one length; more is more alike. */
export type Similarity = (a: Float32Array, b: Float32Array) => number;

/** By the names of sentence-transformers (`util/similarity.py`). Distances are negated, so that more is always more alike. */
export const similarities = {
  cosine: cosineSimilarity,
  dot: dotProduct,
  euclidean: euclideanSimilarity,
  manhattan: manhattanSimilarity,
} as const satisfies Record<string, Similarity>;

export type SimilarityName = keyof typeof similarities;
export const similarityNames = Object.keys(similarities) as [SimilarityName, ...SimilarityName[]];

/** a·b / (max(‖a‖, 1e-12) · max(‖b‖, 1e-12)): the zero vector is like nothing. @throws {ModelError} `input_invalid` */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  return dotProduct(a, b) / (norm(a) * norm(b));
}

/** Σ aᵢ·bᵢ @throws {ModelError} `input_invalid` for vectors of different lengths */
export function dotProduct(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** −√Σ (aᵢ − bᵢ)² @throws {ModelError} `input_invalid` for vectors of different lengths */
export function euclideanSimilarity(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
  return -Math.sqrt(sum);
}

/** −Σ |aᵢ − bᵢ| @throws {ModelError} `input_invalid` for vectors of different lengths */
export function manhattanSimilarity(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += Math.abs((a[index] ?? 0) - (b[index] ?? 0));
  return -sum;
}

/**
 * Every row of `a` against every row of `b`: `matrix[i][j] = score(a[i], b[j])`.
 * @throws {ModelError} `input_invalid` for vectors of different lengths or an unknown name
 */
export function similarityMatrix(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  name: SimilarityName = "cosine",
): Float32Array[] {
  const score = similarityNamed(name);
  if (score !== cosineSimilarity) return a.map((left) => Float32Array.from(b, (right) => score(left, right)));
  const norms = b.map(norm); // once each, not once for every pair
  return a.map((left) => {
    const leftNorm = norm(left);
    return Float32Array.from(b, (right, column) => dotProduct(left, right) / (leftNorm * (norms[column] ?? 1)));
  });
}

/**
 * Each row of `a` against the row of `b` in the same place: `scores[i] = score(a[i], b[i])`.
 * @throws {ModelError} `input_invalid` for different numbers of vectors, vectors of different lengths or an unknown name
 */
export function similarityPairwise(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  name: SimilarityName = "cosine",
): Float32Array {
  const score = similarityNamed(name);
  if (a.length !== b.length) {
    throw new ModelError("input_invalid", `${a.length} vectors cannot be paired with ${b.length}.`, {
      hint: "Compare all with all by similarity().",
    });
  }
  return Float32Array.from(a, (left, row) => score(left, b[row] ?? left));
}

function similarityNamed(name: SimilarityName): Similarity {
  if (Object.hasOwn(similarities, name)) return similarities[name];
  throw new ModelError("input_invalid", `There is no similarity function ${JSON.stringify(name)}.`, {
    hint: `Choose one of ${similarityNames.join(", ")}.`,
  });
}

function checkLengths(a: Float32Array, b: Float32Array): void {
  if (a.length === b.length) return;
  throw new ModelError("input_invalid", `Vectors of ${a.length} and ${b.length} components cannot be compared.`, {
    hint: "Compare vectors of one model, cut to one length.",
  });
}
