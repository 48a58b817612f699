import { z } from "zod";

import type { Architecture } from "./architecture.ts";
import { bertLayerNames, bertLayers } from "./bert.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { encoderFields, headsDivideHidden, headsMessage, size } from "./blocks/encoder-fields.ts";
import { learnedEmbeddings } from "./blocks/learned-embeddings.ts";
import { postNormEncoder } from "./blocks/post-norm-encoder.ts";

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/roberta/configuration_roberta.py
const RobertaConfig = z
  .object({
    ...encoderFields({ vocab_size: 50_265 }),
    type_vocab_size: size.default(2),
    pad_token_id: z.int().nonnegative().default(1),
  })
  .refine(headsDivideHidden, headsMessage)
  .refine((config) => config.pad_token_id + 1 < config.max_position_embeddings, {
    message: "max_position_embeddings leaves no position after pad_token_id",
  });

/**
 * RoBERTa (arXiv:1907.11692), XLM-RoBERTa (arXiv:1911.02116) and CamemBERT (arXiv:1911.03894), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/roberta/modeling_roberta.py.
 * BERT with positions that begin after the id of padding, and another head.
 */
export const roberta: Architecture<z.infer<typeof RobertaConfig>> = {
  config: RobertaConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["roberta.", "xlm-roberta.", "camembert."] },
  maxPositions: (config) => config.max_position_embeddings - config.pad_token_id - 1,

  // RobertaModel (modeling_roberta.py#L551): RobertaEmbeddings, then RobertaEncoder
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const embedding = { ...config, embedding_size: config.hidden_size, padding_idx: config.pad_token_id };
    const embedded = learnedEmbeddings(graph, weights.scope("embeddings"), embedding, inputs); // [B,S] → [B,S,H]
    const layers = bertLayers(weights, config);
    return postNormEncoder(graph, config, { embedded, layers, names: bertLayerNames, attentionMask }); // → [B,S,H]
  },

  // RobertaClassificationHead (modeling_roberta.py#L1142)
  classify(graph, weights, config, inputs) {
    const head = weights.outside.scope("classifier");
    const parts = { dense: head.scope("dense"), projection: head.scope("out_proj") };
    return classificationHead(graph, parts, { ...inputs, size: config.hidden_size, activation: "tanh" }); // → [B,labels]
  },
};
