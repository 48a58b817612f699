import { z } from "zod";

import type { Architecture } from "./architecture.ts";
import { bertLayerNames, bertLayers } from "./bert.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { encoderFields, headsDivideHidden, headsMessage, size } from "./blocks/encoder-fields.ts";
import { learnedEmbeddings } from "./blocks/learned-embeddings.ts";
import { postNormEncoder } from "./blocks/post-norm-encoder.ts";

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/electra/configuration_electra.py
const ElectraConfig = z
  .object({
    ...encoderFields({ vocab_size: 30_522, hidden_size: 256, num_attention_heads: 4, intermediate_size: 1024 }),
    embedding_size: size.default(128),
    type_vocab_size: size.default(2),
  })
  .refine(headsDivideHidden, headsMessage);

/**
 * ELECTRA's discriminator (arXiv:2003.10555), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/electra/modeling_electra.py.
 * BERT with embeddings of a size of their own, and another head.
 */
export const electra: Architecture<z.infer<typeof ElectraConfig>> = {
  config: ElectraConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["electra."] },
  maxPositions: (config) => config.max_position_embeddings,

  // ElectraModel (modeling_electra.py#L545): ElectraEmbeddings, embeddings_project, ElectraEncoder
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const embedded = learnedEmbeddings(graph, weights.scope("embeddings"), config, inputs); // [B,S] → [B,S,E]
    const projection = config.embedding_size === config.hidden_size ? undefined : weights.scope("embeddings_project");
    const layers = bertLayers(weights, config);
    const parts = { embedded, projection, layers, names: bertLayerNames, attentionMask };
    return postNormEncoder(graph, config, parts); // → [B,S,H]
  },

  // ElectraClassificationHead (modeling_electra.py#L666): gelu, whatever hidden_act says
  classify(graph, weights, config, inputs) {
    const head = weights.outside.scope("classifier");
    const parts = { dense: head.scope("dense"), projection: head.scope("out_proj") };
    return classificationHead(graph, parts, { ...inputs, size: config.hidden_size, activation: "gelu" }); // → [B,labels]
  },
};
