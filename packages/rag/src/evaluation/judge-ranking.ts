import type { BeirQuery } from "./beir-folder.ts";
import { retrievalMetrics } from "./retrieval-metrics.ts";
import type { RetrievalMetrics } from "./retrieval-metrics.ts";

/** Deepest metric. */
const DEPTH = 100;
/** What a search is asked for: a query may be a document itself, which is then left out, so one more. */
export const RANKING_LIMIT = DEPTH + 1;

/** Metrics of the documents that were found for a query, best first, without the query's own document. */
export function judgeRanking(
  { id, judgments }: Pick<BeirQuery, "id" | "judgments">,
  found: readonly string[],
): RetrievalMetrics {
  return retrievalMetrics(found.filter((document) => document !== id).slice(0, DEPTH), judgments);
}
