import { CrossEncoder } from "@galen/core";
import type { Reranker } from "../search/rerank.ts";

/** A reranker to be given free when it is no longer needed. */
export interface LoadedReranker extends AsyncDisposable {
  readonly rerank: Reranker;
}

/** Opens what scores passages against a query, by the name of its model. */
export type LoadReranker = (model: string) => Promise<LoadedReranker>;

/**
 * The default `LoadReranker`: a cross-encoder of one label in this process. It must be on this machine.
 * @throws ModelError `model_offline` for one that would have to be downloaded
 */
export async function loadCrossEncoder(model: string): Promise<LoadedReranker> {
  const encoder = await CrossEncoder.load(model, { offline: true });
  return {
    rerank: async (query, texts, options) => {
      const ranked = await encoder.rank(query, texts, options);
      const scores = texts.map(() => 0);
      for (const { corpusId, score } of ranked) scores[corpusId] = score;
      return scores;
    },
    [Symbol.asyncDispose]: () => encoder[Symbol.asyncDispose](),
  };
}
