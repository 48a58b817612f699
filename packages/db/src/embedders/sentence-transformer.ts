import { SentenceTransformer } from "@galen/core";
import type { Embedder, EmbedderSettings } from "../embedder.ts";

/**
 * The default `loadEmbedder`: a sentence-transformers model in this process, its vectors scaled to length 1 unless asked otherwise. It must be on
 * this machine: who may name a model, perhaps over HTTP, must not thereby make the process download it.
 *
 * @throws ModelError `model_offline` for one that would have to be downloaded, `precision_unsupported` for int8 where it would be wrong
 */
export async function loadSentenceTransformer(
  model: string | undefined,
  { precision }: EmbedderSettings = { precision: "fp32" },
): Promise<Embedder> {
  const transformer = await SentenceTransformer.load(model, { offline: true, precision });
  return {
    model: transformer.model,
    dimension: transformer.dimension,
    maxTokens: transformer.maxSeqLength,
    countTokens: (texts) => transformer.countTokens(texts),
    embedDocuments: (texts, options) => transformer.encodeDocument(texts, { normalize: true, ...options }),
    embedQuery: (text, options) => transformer.encodeQuery(text, { normalize: true, ...options }),
    [Symbol.asyncDispose]: () => transformer[Symbol.asyncDispose](),
  };
}
