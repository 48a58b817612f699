import { z } from "zod";

import type { Weights } from "../weights/weights.ts";
import type { Architecture } from "./architecture.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { encoderFields, headsDivideHidden, headsMessage, layerCount, size } from "./blocks/encoder-fields.ts";
import { learnedEmbeddings } from "./blocks/learned-embeddings.ts";
import { postNormEncoder } from "./blocks/post-norm-encoder.ts";
import type { LayerNames } from "./blocks/post-norm-encoder.ts";

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/albert/configuration_albert.py
const AlbertConfig = z
  .object({
    ...encoderFields({
      vocab_size: 30_000,
      hidden_size: 4096,
      num_attention_heads: 64,
      intermediate_size: 16_384,
      hidden_act: "gelu_new",
    }),
    embedding_size: size.default(128),
    type_vocab_size: size.default(2),
    num_hidden_groups: layerCount.default(1),
    inner_group_num: layerCount.default(1),
  })
  .refine(headsDivideHidden, headsMessage);
type AlbertConfig = z.infer<typeof AlbertConfig>;

/**
 * ALBERT (arXiv:1909.11942), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/albert/modeling_albert.py.
 * Layers of one group share their weights: the graph reads the same bytes for each.
 */
export const albert: Architecture<AlbertConfig> = {
  config: AlbertConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["albert."] },
  maxPositions: (config) => config.max_position_embeddings,

  // AlbertModel (modeling_albert.py#L337): AlbertEmbeddings, then AlbertTransformer
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const embedded = learnedEmbeddings(graph, weights.scope("embeddings"), config, inputs); // [B,S] → [B,S,E]
    const encoder = weights.scope("encoder");
    const projection = encoder.scope("embedding_hidden_mapping_in");
    const layers = sharedLayers(encoder, config);
    return postNormEncoder(graph, config, { embedded, projection, layers, names, attentionMask }); // → [B,S,H]
  },

  // AlbertForSequenceClassification (modeling_albert.py#L646): the pooler is a bare linear layer here
  classify(graph, weights, config, inputs) {
    const head = { dense: weights.scope("pooler"), projection: weights.outside.scope("classifier") };
    return classificationHead(graph, head, { ...inputs, size: config.hidden_size, activation: "tanh" }); // → [B,labels]
  },
};

// AlbertTransformer (modeling_albert.py#L258) and AlbertLayerGroup: which stored layer stands at each depth
function sharedLayers(encoder: Weights, config: AlbertConfig): Weights[] {
  const { num_hidden_layers: depth, num_hidden_groups: groups, inner_group_num: inner } = config;
  return Array.from({ length: depth }, (_, index) => Math.trunc(index / (depth / groups))).flatMap((group) =>
    Array.from({ length: inner }, (_, index) => encoder.scope(`albert_layer_groups.${group}.albert_layers.${index}`)),
  );
}

// AlbertLayer (modeling_albert.py#L203)
const names: LayerNames = {
  query: "attention.query",
  key: "attention.key",
  value: "attention.value",
  attentionOutput: "attention.dense",
  attentionNorm: "attention.LayerNorm",
  intermediate: "ffn",
  output: "ffn_output",
  outputNorm: "full_layer_layer_norm",
};
