import { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { activations } from "../graph/layers/activation.ts";
import { multiHeadAttention, windowBias } from "../graph/layers/attention.ts";
import { embedding } from "../graph/layers/embedding.ts";
import { layerNorm } from "../graph/layers/layer-norm.ts";
import { encoderLinear, encoderLinears } from "../graph/layers/encoder-linear.ts";
import type { LinearLayer } from "../graph/layers/encoder-linear.ts";
import { linear } from "../graph/layers/linear.ts";
import { positions } from "../graph/layers/positions.ts";
import { rotate, rotation } from "../graph/layers/rotary.ts";
import type { Rotation } from "../graph/layers/rotary.ts";
import { mean } from "../vectors/pooling/mean.ts";
import type { Weights } from "../weights/weights.ts";
import type { Architecture } from "./architecture.ts";
import { firstToken } from "./blocks/classification-head.ts";
import { activationName, epsilon, evenHeadsMessage, headsAreEven, layerCount, size } from "./blocks/encoder-fields.ts";
import { onRows } from "./blocks/token-rows.ts";
import type { TokenRows } from "./blocks/token-rows.ts";

const layerTypes = ["full_attention", "sliding_attention"] as const;
type LayerType = (typeof layerTypes)[number];

const theta = z.number().positive();
const RopeParameters = z.object({ rope_type: z.literal("default").default("default"), rope_theta: theta.optional() });

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/modernbert/configuration_modernbert.py
const ModernBertConfig = z
  .object({
    vocab_size: size.default(50_368),
    hidden_size: size.default(768),
    intermediate_size: size.default(1152),
    num_hidden_layers: layerCount.default(22),
    num_attention_heads: size.default(12),
    hidden_activation: activationName.default("gelu"),
    max_position_embeddings: size.default(8192),
    norm_eps: epsilon.default(1e-5),
    norm_bias: z.boolean().default(false),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    local_attention: size.default(128),
    classifier_pooling: z.enum(["cls", "mean"]).default("cls"),
    classifier_bias: z.boolean().default(false),
    classifier_activation: activationName.default("gelu"),
    // Files by transformers 5 name each layer's type and the frequencies of each type; those by transformers 4 count.
    layer_types: z.array(z.enum(layerTypes)).nullish(),
    global_attn_every_n_layers: size.default(3),
    rope_parameters: z.partialRecord(z.enum(layerTypes), RopeParameters.nullable()).nullish(),
    global_rope_theta: theta.default(160_000),
    local_rope_theta: theta.nullable().default(10_000),
    rope_scaling: z.null().optional(),
  })
  .refine(headsAreEven, evenHeadsMessage)
  .refine(({ layer_types, num_hidden_layers }) => (layer_types?.length ?? num_hidden_layers) === num_hidden_layers, {
    message: "layer_types must name each of the num_hidden_layers",
  });
type ModernBertConfig = z.infer<typeof ModernBertConfig>;

/**
 * ModernBERT (arXiv:2412.13663), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/modernbert/modeling_modernbert.py.
 * Normalized before each residual connection, rotary positions, gated feed-forward layers; two of three layers see a
 * window only. Shapes: B texts, S tokens each, T = B·S, H hidden, I intermediate.
 */
export const modernbert: Architecture<ModernBertConfig> = {
  config: ModernBertConfig,
  rootNames: { marker: "embeddings.tok_embeddings.weight", prefixes: ["model."] },
  maxPositions: (config) => config.max_position_embeddings,

  // ModernBertModel (modeling_modernbert.py#L401)
  build(graph, weights, config, { inputIds, attentionMask }) {
    const embedded = embeddings(graph, weights.scope("embeddings"), config, inputIds); // [B,S] → [B,S,H]
    const views = attentionViews(graph, config, inputIds);
    return onRows(graph, embedded, { size: config.hidden_size }, (tokens) => {
      let hidden = tokens.rows; // [T,H]
      for (const [index, type] of layerTypesOf(config).entries()) {
        const scope = weights.scope(`layers.${index}`);
        hidden = encoderLayer(graph, scope, config, { index, hidden, tokens, attentionMask, ...views[type] }); // [T,H] → [T,H]
      }
      return norm(graph, weights.scope("final_norm"), config, hidden);
    }); // → [B,S,H]
  },

  // ModernBertForSequenceClassification (modeling_modernbert.py#L558)
  classify(graph, { outside }, config, { hiddenStates, attentionMask, labels }) {
    const pooled =
      config.classifier_pooling === "cls"
        ? firstToken(graph, hiddenStates)
        : mean(graph, { hiddenStates, attentionMask }); // [B,S,H] → [B,H]
    const head = predictionHead(graph, outside.scope("head"), config, pooled); // [B,H]
    return linear(graph, outside.scope("classifier"), head, { inputs: config.hidden_size, outputs: labels }); // → [B,labels]
  },
};

// ModernBertConfig.__post_init__
function layerTypesOf({ layer_types, num_hidden_layers, global_attn_every_n_layers }: ModernBertConfig): LayerType[] {
  return Array.from(
    { length: num_hidden_layers },
    (_, index) => layer_types?.[index] ?? layerTypes[index % global_attn_every_n_layers === 0 ? 0 : 1],
  );
}

// ModernBertEmbeddings (modeling_modernbert.py#L51)
function embeddings(graph: GraphBuilder, weights: Weights, config: ModernBertConfig, ids: Value): Value {
  const sizes = { rows: config.vocab_size, size: config.hidden_size };
  return norm(graph, weights.scope("norm"), config, embedding(graph, weights.scope("tok_embeddings"), ids, sizes));
}

/** How the layers of one type see the other tokens. */
interface AttentionView {
  readonly turns: Rotation;
  readonly scoreBias: Value | undefined;
}

// ModernBertRotaryEmbedding (modeling_modernbert.py#L93) and sliding_window_bidirectional_overlay (masking_utils.py), once for all layers of a type
function attentionViews(graph: GraphBuilder, config: ModernBertConfig, ids: Value): Record<LayerType, AttentionView> {
  const places = positions(graph, ids); // [S]
  const size = config.hidden_size / config.num_attention_heads;
  const turns = (type: LayerType): Rotation => rotation(graph, places, { theta: thetaOf(config, type), size });
  const scoreBias = windowBias(graph, places, { window: Math.floor(config.local_attention / 2) });
  return {
    full_attention: { turns: turns("full_attention"), scoreBias: undefined },
    sliding_attention: { turns: turns("sliding_attention"), scoreBias },
  };
}

function thetaOf(config: ModernBertConfig, type: LayerType): number {
  const given = config.rope_parameters?.[type]?.rope_theta;
  if (given !== undefined) return given;
  // transformers 4 took the global base for local layers where the local one was null.
  return type === "full_attention" ? config.global_rope_theta : (config.local_rope_theta ?? config.global_rope_theta);
}

interface LayerInput extends AttentionView {
  readonly index: number;
  /** [T,H] */
  readonly hidden: Value;
  readonly tokens: TokenRows;
  readonly attentionMask: Value | undefined;
}

// ModernBertEncoderLayer (modeling_modernbert.py#L293): the first one's input has just been normalized by the embeddings
function encoderLayer(graph: GraphBuilder, weights: Weights, config: ModernBertConfig, input: LayerInput): Value {
  const { index, hidden } = input;
  const normed = index === 0 ? hidden : norm(graph, weights.scope("attn_norm"), config, hidden);
  const attended = attention(graph, weights.scope("attn"), config, { ...input, hidden: normed }); // [T,H]
  const sum = graph.node("Add", [hidden, attended]);
  const expanded = gatedLayers(
    graph,
    weights.scope("mlp"),
    config,
    norm(graph, weights.scope("mlp_norm"), config, sum),
  );
  return graph.node("Add", [sum, expanded]); // [T,H]
}

// ModernBertAttention (modeling_modernbert.py#L212)
function attention(
  graph: GraphBuilder,
  weights: Weights,
  config: ModernBertConfig,
  { hidden, tokens, attentionMask, turns, scoreBias }: LayerInput,
): Value {
  const { num_attention_heads: heads, attention_bias: bias } = config;
  const sizes = { inputs: config.hidden_size, outputs: config.hidden_size, bias };
  const layer = (index: number): LinearLayer => {
    return { weights: weights.scope("Wqkv"), ...sizes, part: { index, of: 3 } };
  };
  const projected = encoderLinears(graph, { rows: hidden, normalized: true }, [layer(0), layer(1), layer(2)] as const);
  const query = rotate(graph, tokens.toTexts(projected[0]), turns, heads); // [B,S,H]
  const key = rotate(graph, tokens.toTexts(projected[1]), turns, heads);
  const value = tokens.toTexts(projected[2]);
  const context = multiHeadAttention(graph, { query, key, value, attentionMask, scoreBias, heads }); // [B,S,H]
  return encoderLinear(graph, { rows: tokens.toRows(context) }, { weights: weights.scope("Wo"), ...sizes }); // [T,H]
}

// ModernBertMLP (modeling_modernbert.py#L73)
function gatedLayers(graph: GraphBuilder, weights: Weights, config: ModernBertConfig, hidden: Value): Value {
  const { hidden_size, intermediate_size, mlp_bias: bias, hidden_activation } = config;
  const layer = (index: number): LinearLayer => {
    const sizes = { inputs: hidden_size, outputs: intermediate_size, bias, part: { index, of: 2 } };
    return { weights: weights.scope("Wi"), ...sizes };
  };
  const [gate, up] = encoderLinears(graph, { rows: hidden, normalized: true }, [layer(0), layer(1)] as const); // [T,I]
  const gated = graph.node("Mul", [activations[hidden_activation](graph, gate), up]);
  const sizes = { inputs: intermediate_size, outputs: hidden_size, bias };
  return encoderLinear(graph, { rows: gated }, { weights: weights.scope("Wo"), ...sizes }); // [T,H]
}

// ModernBertPredictionHead (modeling_modernbert.py#L470)
function predictionHead(graph: GraphBuilder, weights: Weights, config: ModernBertConfig, pooled: Value): Value {
  const { hidden_size: inputs, classifier_bias: bias, classifier_activation } = config;
  const dense = linear(graph, weights.scope("dense"), pooled, { inputs, outputs: inputs, bias }); // [B,H]
  return norm(graph, weights.scope("norm"), config, activations[classifier_activation](graph, dense));
}

function norm(graph: GraphBuilder, weights: Weights, config: ModernBertConfig, input: Value): Value {
  const { hidden_size: size, norm_eps: epsilon, norm_bias: bias } = config;
  return layerNorm(graph, weights, input, { size, epsilon, bias });
}
