import { z } from "zod";

import type { Architecture } from "./architecture.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { activationName, headsDivideHidden, headsMessage, layerCount, size } from "./blocks/encoder-fields.ts";
import { learnedEmbeddings } from "./blocks/learned-embeddings.ts";
import { postNormEncoder } from "./blocks/post-norm-encoder.ts";
import type { LayerNames } from "./blocks/post-norm-encoder.ts";

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/distilbert/configuration_distilbert.py, in BERT's words
const DistilBertConfig = z
  .object({
    vocab_size: size.default(30_522),
    max_position_embeddings: size.default(512),
    dim: size.default(768),
    n_layers: layerCount.default(6),
    n_heads: size.default(12),
    hidden_dim: size.default(3072),
    activation: activationName.default("gelu"),
  })
  .transform(({ dim, n_layers, n_heads, hidden_dim, activation, ...config }) => ({
    ...config,
    hidden_size: dim,
    num_hidden_layers: n_layers,
    num_attention_heads: n_heads,
    intermediate_size: hidden_dim,
    hidden_act: activation,
    layer_norm_eps: 1e-12, // fixed in the code of the model
  }))
  .refine(headsDivideHidden, headsMessage);

/**
 * DistilBERT (arXiv:1910.01108), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/distilbert/modeling_distilbert.py.
 * BERT without token types; sinusoidal positions are stored like learned ones.
 */
export const distilbert: Architecture<z.infer<typeof DistilBertConfig>> = {
  config: DistilBertConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["distilbert."] },
  maxPositions: (config) => config.max_position_embeddings,

  // DistilBertModel (modeling_distilbert.py#L317): Embeddings, then Transformer
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const embedding = { ...config, embedding_size: config.hidden_size };
    const embedded = learnedEmbeddings(graph, weights.scope("embeddings"), embedding, inputs); // [B,S] → [B,S,H]
    const layers = Array.from({ length: config.num_hidden_layers }, (_, index) =>
      weights.scope(`transformer.layer.${index}`),
    );
    return postNormEncoder(graph, config, { embedded, layers, names, attentionMask }); // → [B,S,H]
  },

  // DistilBertForSequenceClassification (modeling_distilbert.py#L528)
  classify(graph, { outside }, config, inputs) {
    const head = { dense: outside.scope("pre_classifier"), projection: outside.scope("classifier") };
    return classificationHead(graph, head, { ...inputs, size: config.hidden_size, activation: "relu" }); // → [B,labels]
  },
};

// TransformerBlock (modeling_distilbert.py#L226)
const names: LayerNames = {
  query: "attention.q_lin",
  key: "attention.k_lin",
  value: "attention.v_lin",
  attentionOutput: "attention.out_lin",
  attentionNorm: "sa_layer_norm",
  intermediate: "ffn.lin1",
  output: "ffn.lin2",
  outputNorm: "output_layer_norm",
};
