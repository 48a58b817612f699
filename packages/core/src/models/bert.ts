import { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { activationNames, activations } from "../graph/layers/activation.ts";
import { multiHeadAttention } from "../graph/layers/attention.ts";
import { embedding, positionEmbedding } from "../graph/layers/embedding.ts";
import { firstToken } from "../graph/layers/first-token.ts";
import { layerNorm } from "../graph/layers/layer-norm.ts";
import { linear } from "../graph/layers/linear.ts";
import type { Weights } from "../weights/weights.ts";
import type { Architecture, EncoderInputs } from "./architecture.ts";

const BertConfig = z
  .object({
    vocab_size: z.int().positive(),
    hidden_size: z.int().positive(),
    num_hidden_layers: z.int().positive(),
    num_attention_heads: z.int().positive(),
    intermediate_size: z.int().positive(),
    hidden_act: z.enum(activationNames).default("gelu"),
    max_position_embeddings: z.int().positive(),
    type_vocab_size: z.int().positive().default(2),
    layer_norm_eps: z.number().positive().default(1e-12),
    position_embedding_type: z.literal("absolute").default("absolute"),
  })
  .refine((config) => config.hidden_size % config.num_attention_heads === 0, {
    message: "hidden_size must be a multiple of num_attention_heads",
  });
type BertConfig = z.infer<typeof BertConfig>;

/**
 * BERT (arXiv:1810.04805), in order of computation. Blocks are named as in transformers'
 * `models/bert/modeling_bert.py`. Shapes: B texts, S tokens each, T = B·S, H hidden, I intermediate.
 */
export const bert: Architecture<BertConfig> = {
  config: BertConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["bert."] },
  maxPositions: (config) => config.max_position_embeddings,

  build(graph, weights, config, inputs) {
    const embedded = embeddings(graph, weights.scope("embeddings"), config, inputs); // [B,S] → [B,S,H]
    const shape = graph.node("Shape", [embedded]); // (B, S, H)
    let hidden = graph.node("Reshape", [embedded, graph.integers(-1, config.hidden_size)]); // → [T,H]
    for (let index = 0; index < config.num_hidden_layers; index++) {
      const scope = weights.scope(`encoder.layer.${index}`);
      hidden = layer(graph, scope, config, { hidden, shape, attentionMask: inputs.attentionMask }); // [T,H] → [T,H]
    }
    return graph.node("Reshape", [hidden, shape]); // → [B,S,H]
  },

  // BertForSequenceClassification
  classify(graph, weights, config, { hiddenStates, labels }) {
    const size = config.hidden_size;
    const pooled = pooler(graph, weights.scope("pooler"), config, hiddenStates); // [B,S,H] → [B,H]
    return linear(graph, weights.outside.scope("classifier"), pooled, { inputs: size, outputs: labels }); // → [B,labels]
  },
};

// BertPooler
function pooler(graph: GraphBuilder, weights: Weights, config: BertConfig, hiddenStates: Value): Value {
  const size = config.hidden_size;
  const first = firstToken(graph, hiddenStates); // [B,S,H] → [B,H]
  return graph.node("Tanh", [linear(graph, weights.scope("dense"), first, { inputs: size, outputs: size })]);
}

// BertEmbeddings
function embeddings(graph: GraphBuilder, weights: Weights, config: BertConfig, inputs: EncoderInputs): Value {
  const { inputIds, tokenTypeIds } = inputs;
  const size = config.hidden_size;
  const types = { rows: config.type_vocab_size, size };
  const words = embedding(graph, weights.scope("word_embeddings"), inputIds, { rows: config.vocab_size, size }); // [B,S,H]
  const typeScope = weights.scope("token_type_embeddings");
  const type = embedding(graph, typeScope, tokenTypeIds ?? graph.integers(0), types); // [B,S,H], or [1,H] for type 0
  const positionScope = weights.scope("position_embeddings");
  const position = positionEmbedding(graph, positionScope, inputIds, { rows: config.max_position_embeddings, size }); // [S,H]
  const sum = graph.node("Add", [words, graph.node("Add", [position, type])]); // [B,S,H]
  return norm(graph, weights, config, sum);
}

// BertLayer
function layer(
  graph: GraphBuilder,
  weights: Weights,
  config: BertConfig,
  { hidden, shape, attentionMask }: LayerInput,
): Value {
  const context = selfAttention(graph, weights.scope("attention.self"), config, { hidden, shape, attentionMask }); // [T,H]
  const attended = selfOutput(graph, weights.scope("attention.output"), config, { context, hidden }); // [T,H]
  const expanded = intermediate(graph, weights.scope("intermediate"), config, attended); // [T,I]
  return output(graph, weights.scope("output"), config, { expanded, attended }); // [T,H]
}

interface LayerInput {
  readonly hidden: Value;
  readonly shape: Value;
  readonly attentionMask: Value | undefined;
}

// BertSelfAttention
function selfAttention(
  graph: GraphBuilder,
  weights: Weights,
  config: BertConfig,
  { hidden, shape, attentionMask }: LayerInput,
): Value {
  const size = config.hidden_size;
  const project = (name: string): Value => {
    const rows = linear(graph, weights.scope(name), hidden, { inputs: size, outputs: size }); // [T,H]
    return graph.node("Reshape", [rows, shape]); // → [B,S,H]
  };
  const [query, key, value] = [project("query"), project("key"), project("value")];
  const context = multiHeadAttention(graph, { query, key, value, attentionMask, heads: config.num_attention_heads }); // [B,S,H]
  return graph.node("Reshape", [context, graph.integers(-1, size)]); // → [T,H]
}

// BertSelfOutput
function selfOutput(
  graph: GraphBuilder,
  weights: Weights,
  config: BertConfig,
  { context, hidden }: { context: Value; hidden: Value },
): Value {
  const size = config.hidden_size;
  const projected = linear(graph, weights.scope("dense"), context, { inputs: size, outputs: size }); // [T,H]
  return norm(graph, weights, config, graph.node("Add", [projected, hidden])); // [T,H]
}

// BertIntermediate
function intermediate(graph: GraphBuilder, weights: Weights, config: BertConfig, attended: Value): Value {
  const sizes = { inputs: config.hidden_size, outputs: config.intermediate_size };
  return activations[config.hidden_act](graph, linear(graph, weights.scope("dense"), attended, sizes)); // [T,H] → [T,I]
}

// BertOutput
function output(
  graph: GraphBuilder,
  weights: Weights,
  config: BertConfig,
  { expanded, attended }: { expanded: Value; attended: Value },
): Value {
  const sizes = { inputs: config.intermediate_size, outputs: config.hidden_size };
  const projected = linear(graph, weights.scope("dense"), expanded, sizes); // [T,I] → [T,H]
  return norm(graph, weights, config, graph.node("Add", [projected, attended])); // [T,H]
}

function norm(graph: GraphBuilder, weights: Weights, config: BertConfig, input: Value): Value {
  return layerNorm(graph, weights.scope("LayerNorm"), input, {
    size: config.hidden_size,
    epsilon: config.layer_norm_eps,
  });
}
