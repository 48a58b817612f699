/** The indices of texts that are computed together; all have `length` tokens. */
export interface TokenBatch {
  readonly indices: readonly number[];
  readonly length: number;
}

/**
 * Sorts texts into batches of equal length with at most `maxTokens` tokens each, longest first.
 *
 * Equal lengths mean that no batch holds padding: nothing is computed in vain, attention needs no mask, and a text's
 * vector cannot depend on its neighbours. A text longer than the budget is a batch of its own.
 */
export function planBatches(lengths: readonly number[], { maxTokens }: { maxTokens: number }): TokenBatch[] {
  const byLength = Map.groupBy(lengths.keys(), (index) => lengths[index] ?? 0);
  const longestFirst = [...byLength].toSorted(([a], [b]) => b - a);
  return longestFirst.flatMap(([length, indices]) => {
    const rows = Math.max(1, Math.floor(maxTokens / Math.max(1, length)));
    return chunks(indices, rows).map((chunk) => ({ indices: chunk, length }));
  });
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
