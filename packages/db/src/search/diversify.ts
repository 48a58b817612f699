import { cosineSimilarity } from "../vectors/cosine-similarity.ts";
import type { RankedPassage } from "./candidates.ts";

/**
 * Maximal marginal relevance (Carbonell, Goldstein, SIGIR 1998): the next hit is the one with the greatest λ × relevance − (1 − λ) ×
 * likeness to a hit before it, where λ = 1 − diversity. Relevance is the score over the best one; likeness is the cosine of vectors.
 * Scores stay what they are.
 */
export function diversify(
  ranked: readonly RankedPassage[],
  vectors: ReadonlyMap<string, Float32Array>,
  diversity: number,
): RankedPassage[] {
  const best = Math.max(...ranked.map(({ score }) => score));
  const left = ranked.map((passage) => ({
    passage,
    vector: vectors.get(passage.id) ?? new Float32Array(),
    relevance: best > 0 ? passage.score / best : 0,
    likeness: Number.NEGATIVE_INFINITY,
  }));
  const chosen: RankedPassage[] = [];
  while (left.length > 0) {
    // Before the first hit nothing is like another one.
    const worth = ({ relevance, likeness }: (typeof left)[number]) =>
      (1 - diversity) * relevance - diversity * (chosen.length === 0 ? 0 : likeness);
    let at = 0;
    for (const [index, candidate] of left.entries()) {
      if (worth(candidate) > worth(left[at] ?? candidate)) at = index;
    }
    const [next] = left.splice(at, 1);
    if (next === undefined) break;
    const redundancy = chosen.length === 0 ? {} : { redundancy: next.likeness };
    chosen.push({ ...next.passage, ...redundancy });
    for (const candidate of left) {
      candidate.likeness = Math.max(candidate.likeness, cosineSimilarity(candidate.vector, next.vector));
    }
  }
  return chosen;
}
