import { SentenceTransformer } from "@galen/core";
import type { Embedder } from "../embedder.ts";

/**
 * The default `loadEmbedder`: a sentence-transformers model in this process, its vectors scaled to length 1. A database downloads
 * nothing by itself: a model that is not on this machine is `model_offline`.
 */
export async function loadSentenceTransformer(model: string | undefined): Promise<Embedder> {
  const transformer = await SentenceTransformer.load(model, { offline: true });
  return {
    model: transformer.model,
    dimension: transformer.dimension,
    maxTokens: transformer.maxSeqLength,
    countTokens: (texts) => transformer.countTokens(texts),
    embedDocuments: (texts, options) => transformer.encodeDocument(texts, { ...options, normalize: true }),
    embedQuery: (text, options) => transformer.encodeQuery(text, { ...options, normalize: true }),
    [Symbol.asyncDispose]: () => transformer[Symbol.asyncDispose](),
  };
}
