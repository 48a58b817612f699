/**
 * Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): the next choice is near the query and far from what was
 * chosen, `λ · relevance − (1 − λ) · similarity`. Keeps each candidate's greatest similarity, so that it costs k · n products.
 * Returns indices in order of choice; the earlier of two equal candidates first.
 */
export function maximalMarginalRelevance(
  query: ArrayLike<number>,
  candidates: readonly ArrayLike<number>[],
  { k, lambda }: { k: number; lambda: number },
): number[] {
  const relevance = candidates.map((candidate) => dot(query, candidate));
  const nearest = candidates.map(() => 0);
  const chosen: number[] = [];
  while (chosen.length < Math.min(k, candidates.length)) {
    let best = -1;
    let bestValue = -Infinity;
    for (const [index, own] of relevance.entries()) {
      const value = lambda * own - (1 - lambda) * (nearest[index] ?? 0);
      if (value <= bestValue || chosen.includes(index)) continue;
      [best, bestValue] = [index, value];
    }
    const last = candidates[best];
    if (last === undefined) break;
    chosen.push(best);
    for (const [index, candidate] of candidates.entries()) {
      nearest[index] = Math.max(chosen.length === 1 ? -Infinity : (nearest[index] ?? 0), dot(last, candidate));
    }
  }
  return chosen;
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
