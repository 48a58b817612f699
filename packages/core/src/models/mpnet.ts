import { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { offsets } from "../graph/layers/attention.ts";
import { positions } from "../graph/layers/positions.ts";
import type { Weights } from "../weights/weights.ts";
import type { Architecture } from "./architecture.ts";
import { bertLayers } from "./bert.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { encoderFields, headsDivideHidden, headsMessage, size } from "./blocks/encoder-fields.ts";
import { learnedEmbeddings } from "./blocks/learned-embeddings.ts";
import { postNormEncoder } from "./blocks/post-norm-encoder.ts";
import type { LayerNames } from "./blocks/post-norm-encoder.ts";

// Both are fixed in the code of the model: its configuration's pad_token_id is not looked at, and its
// relative_attention_num_buckets sets only the rows of the table.
const PADDING_INDEX = 1;
const BUCKETS = 32;

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/mpnet/configuration_mpnet.py
const MPNetConfig = z
  .object({
    ...encoderFields({ vocab_size: 30_527 }),
    relative_attention_num_buckets: size.min(BUCKETS).default(BUCKETS),
  })
  .refine(headsDivideHidden, headsMessage)
  .refine((config) => PADDING_INDEX + 1 < config.max_position_embeddings, {
    message: "max_position_embeddings leaves no position after that of padding",
  });
type MPNetConfig = z.infer<typeof MPNetConfig>;

/**
 * MPNet (arXiv:2004.09297), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/mpnet/modeling_mpnet.py.
 * Positions as in RoBERTa, no token types, and scores that know how far two tokens are apart.
 */
export const mpnet: Architecture<MPNetConfig> = {
  config: MPNetConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["mpnet."] },
  maxPositions: (config) => config.max_position_embeddings - PADDING_INDEX - 1,

  // MPNetModel (modeling_mpnet.py#L367): MPNetEmbeddings, then MPNetEncoder
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const embedding = { ...config, embedding_size: config.hidden_size, padding_idx: PADDING_INDEX };
    const embedded = learnedEmbeddings(graph, weights.scope("embeddings"), embedding, inputs); // [B,S] → [B,S,H]
    const scoreBias = positionBias(graph, weights.scope("encoder"), config, inputs.inputIds); // [1,N,S,S]
    const layers = bertLayers(weights, config);
    return postNormEncoder(graph, config, { embedded, layers, names, attentionMask, scoreBias }); // → [B,S,H]
  },

  // MPNetClassificationHead (modeling_mpnet.py#L756)
  classify(graph, weights, config, inputs) {
    const head = weights.outside.scope("classifier");
    const parts = { dense: head.scope("dense"), projection: head.scope("out_proj") };
    return classificationHead(graph, parts, { ...inputs, size: config.hidden_size, activation: "tanh" }); // → [B,labels]
  },
};

// MPNetEncoder.compute_position_bias (modeling_mpnet.py#L312), once for all layers: ids [B,S] → [1,N,S,S]
function positionBias(graph: GraphBuilder, weights: Weights, config: MPNetConfig, ids: Value): Value {
  const shape = [config.relative_attention_num_buckets, config.num_attention_heads];
  const table = graph.weight(weights.scope("relative_attention_bias").tensor("weight", shape)); // [buckets,N]
  // The bias of every distance that can occur, from the last token to the first, is folded when the session opens.
  const furthest = config.max_position_embeddings - 1;
  const buckets = Array.from({ length: 2 * furthest + 1 }, (_, index) => relativePositionBucket(index - furthest));
  const byDistance = graph.node("Gather", [graph.node("Transpose", [table]), graph.integers(...buckets)], { axis: 1 });
  const distance = graph.node("Add", [offsets(graph, positions(graph, ids)), graph.integers(furthest)]); // [S,S]
  const bias = graph.node("Gather", [byDistance, distance], { axis: 1 }); // [N,S,S]
  return graph.node("Unsqueeze", [bias, graph.integers(0)]);
}

const MAX_EXACT = BUCKETS / 4;
const MAX_DISTANCE = 128;

/**
 * MPNetEncoder.relative_position_bucket: near distances have a bucket each, far ones share them logarithmically, and
 * each direction has half of them. Rounded to float32 where torch does so, as the edges of buckets depend on it.
 */
export function relativePositionBucket(offset: number): number {
  const half = BUCKETS / 2;
  const distance = Math.abs(offset);
  const direction = offset > 0 ? half : 0;
  if (distance < MAX_EXACT) return direction + distance;
  const { fround, log } = Math;
  const logarithm = fround(fround(log(fround(distance / MAX_EXACT))) / fround(log(MAX_DISTANCE / MAX_EXACT)));
  const bucket = MAX_EXACT + Math.trunc(fround(logarithm * (half - MAX_EXACT)));
  return direction + Math.min(bucket, half - 1);
}

// MPNetLayer (modeling_mpnet.py#L234)
const names: LayerNames = {
  query: "attention.attn.q",
  key: "attention.attn.k",
  value: "attention.attn.v",
  attentionOutput: "attention.attn.o",
  attentionNorm: "attention.LayerNorm",
  intermediate: "intermediate.dense",
  output: "output.dense",
  outputNorm: "output.LayerNorm",
};
