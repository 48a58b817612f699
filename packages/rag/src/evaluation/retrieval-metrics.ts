/** Ids of relevant documents, with how relevant each is; only what is above 0 counts. */
export type Judgments = ReadonlyMap<string, number>;

export interface RetrievalMetrics {
  readonly "ndcg@10": number;
  readonly "recall@10": number;
  readonly "recall@100": number;
  readonly "mrr@10": number;
  readonly map: number;
}

export const metricNames = [
  "ndcg@10",
  "recall@10",
  "recall@100",
  "mrr@10",
  "map",
] as const satisfies readonly (keyof RetrievalMetrics)[];

/**
 * Metrics of one ranking, as trec_eval and BEIR compute them. An id that is listed twice counts at its first place. All are 0 for a
 * query without relevant documents, which an evaluation leaves out.
 */
export function retrievalMetrics(ranking: readonly string[], judgments: Judgments): RetrievalMetrics {
  const ids = [...new Set(ranking)];
  const relevant = [...judgments].filter(([, relevance]) => relevance > 0);
  const gains = ids.map((id) => Math.max(0, judgments.get(id) ?? 0));
  const ideal = relevant.map(([, relevance]) => relevance).sort((left, right) => right - left);
  return {
    "ndcg@10": ratio(discounted(gains.slice(0, 10)), discounted(ideal.slice(0, 10))),
    "recall@10": ratio(found(gains.slice(0, 10)), relevant.length),
    "recall@100": ratio(found(gains.slice(0, 100)), relevant.length),
    "mrr@10": reciprocalRank(gains.slice(0, 10)),
    map: ratio(precisions(gains), relevant.length),
  };
}

/** Means over queries. */
export function meanMetrics(all: readonly RetrievalMetrics[]): RetrievalMetrics {
  const mean = (name: keyof RetrievalMetrics) =>
    ratio(
      all.reduce((sum, metrics) => sum + metrics[name], 0),
      all.length,
    );
  return {
    "ndcg@10": mean("ndcg@10"),
    "recall@10": mean("recall@10"),
    "recall@100": mean("recall@100"),
    "mrr@10": mean("mrr@10"),
    map: mean("map"),
  };
}

/** Σ gain / log₂(rank + 1): the gain is the relevance itself, as in trec_eval, not 2^relevance − 1. */
function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}

function found(gains: readonly number[]): number {
  return gains.filter((gain) => gain > 0).length;
}

function reciprocalRank(gains: readonly number[]): number {
  const first = gains.findIndex((gain) => gain > 0);
  return first < 0 ? 0 : 1 / (first + 1);
}

/** Sum of the precision at each relevant document. */
function precisions(gains: readonly number[]): number {
  let [sum, hits] = [0, 0];
  for (const [at, gain] of gains.entries()) {
    if (gain <= 0) continue;
    hits++;
    sum += hits / (at + 1);
  }
  return sum;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
