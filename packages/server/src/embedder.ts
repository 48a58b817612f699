import { SentenceTransformer } from "@galen/core";
import type { Embedder } from "@galen/db";

/** A sentence-transformers model as collections want it: unit vectors, whatever the model's own modules do. */
export async function loadEmbedder(model: string | undefined): Promise<Embedder> {
  const transformer = await SentenceTransformer.load(model);
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
