import { DbError } from "../errors.ts";
import { searchText } from "../tables/passage-rows.ts";
import type { RankedPassage } from "./candidates.ts";
import { documentsOf } from "./read-hits.ts";
import type { HitSources } from "./read-hits.ts";

/** Scores how well texts answer a query, the better the higher; a cross-encoder, or any function. */
export type Reranker = (
  query: string,
  texts: readonly string[],
  options: { readonly signal?: AbortSignal },
) => Promise<readonly number[]>;

interface RerankRequest {
  readonly query: string;
  readonly reranker: Reranker;
  readonly signal: AbortSignal | undefined;
}

/** The same passages, ordered by what the reranker says of title and passage together; equal scores keep their order. */
export async function rerank(
  sources: HitSources,
  ranked: readonly RankedPassage[],
  { query, reranker, signal }: RerankRequest,
): Promise<RankedPassage[]> {
  const documents = await documentsOf(sources, ranked);
  const readable = ranked.flatMap((entry, at) => {
    const document = documents.get(entry);
    const span = document?.passages[entry.chunkNo];
    return document && span
      ? [{ entry, rank: at + 1, text: searchText(document.title, document.text.slice(span.start, span.end)) }]
      : [];
  });
  if (readable.length === 0) return [];
  const scores = await reranker(
    query,
    readable.map(({ text }) => text),
    signal ? { signal } : {},
  );
  if (scores.length !== readable.length || !scores.every(Number.isFinite)) {
    throw new DbError("query_invalid", "The reranker did not give every passage a finite score.", {
      details: { pointer: "/rerank" },
    });
  }
  return readable
    .map(({ entry, rank }, at) => ({ ...entry, score: scores[at] ?? 0, rerank: { score: entry.score, rank } }))
    .sort((left, right) => right.score - left.score || left.rerank.rank - right.rerank.rank);
}
