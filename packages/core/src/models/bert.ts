import { z } from "zod";

import type { Weights } from "../weights/weights.ts";
import type { Architecture } from "./architecture.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { encoderFields, headsDivideHidden, headsMessage, size } from "./blocks/encoder-fields.ts";
import { learnedEmbeddings } from "./blocks/learned-embeddings.ts";
import { postNormEncoder } from "./blocks/post-norm-encoder.ts";
import type { LayerNames } from "./blocks/post-norm-encoder.ts";

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/bert/configuration_bert.py
const BertConfig = z
  .object({ ...encoderFields({ vocab_size: 30_522 }), type_vocab_size: size.default(2) })
  .refine(headsDivideHidden, headsMessage);

/**
 * BERT (arXiv:1810.04805), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/bert/modeling_bert.py.
 */
export const bert: Architecture<z.infer<typeof BertConfig>> = {
  config: BertConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["bert."] },
  maxPositions: (config) => config.max_position_embeddings,

  // BertModel (modeling_bert.py#L594): BertEmbeddings, then BertEncoder
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const embedding = { ...config, embedding_size: config.hidden_size };
    const embedded = learnedEmbeddings(graph, weights.scope("embeddings"), embedding, inputs); // [B,S] → [B,S,H]
    const layers = bertLayers(weights, config);
    return postNormEncoder(graph, config, { embedded, layers, names: bertLayerNames, attentionMask }); // → [B,S,H]
  },

  // BertForSequenceClassification (modeling_bert.py#L1065): BertPooler, then the classifier
  classify(graph, weights, config, inputs) {
    const head = { dense: weights.scope("pooler.dense"), projection: weights.outside.scope("classifier") };
    return classificationHead(graph, head, { ...inputs, size: config.hidden_size, activation: "tanh" }); // → [B,labels]
  },
};

/** The weights of BertEncoder's layers. */
export function bertLayers(weights: Weights, { num_hidden_layers }: { num_hidden_layers: number }): Weights[] {
  return Array.from({ length: num_hidden_layers }, (_, index) => weights.scope(`encoder.layer.${index}`));
}

/** BertLayer */
export const bertLayerNames: LayerNames = {
  query: "attention.self.query",
  key: "attention.self.key",
  value: "attention.self.value",
  attentionOutput: "attention.output.dense",
  attentionNorm: "attention.output.LayerNorm",
  intermediate: "intermediate.dense",
  output: "output.dense",
  outputNorm: "output.LayerNorm",
};
