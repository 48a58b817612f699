import { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import { activations } from "../graph/layers/activation.ts";
import { multiHeadAttention } from "../graph/layers/attention.ts";
import { embedding } from "../graph/layers/embedding.ts";
import { layerNorm } from "../graph/layers/layer-norm.ts";
import { encoderLinear, encoderLinears } from "../graph/layers/encoder-linear.ts";
import type { LinearLayer } from "../graph/layers/encoder-linear.ts";
import { positions } from "../graph/layers/positions.ts";
import { rotate, rotation } from "../graph/layers/rotary.ts";
import type { Rotation } from "../graph/layers/rotary.ts";
import type { Weights } from "../weights/weights.ts";
import type { Architecture, EncoderInputs } from "./architecture.ts";
import { classificationHead } from "./blocks/classification-head.ts";
import { encoderFields, evenHeadsMessage, headsAreEven, size } from "./blocks/encoder-fields.ts";
import { onRows } from "./blocks/token-rows.ts";
import type { TokenRows } from "./blocks/token-rows.ts";

// The checkpoints that brought their own code (nomic-ai/nomic-bert-2048) use GPT-2's field names.
const olderNames: Readonly<Record<string, string>> = {
  n_embd: "hidden_size",
  n_head: "num_attention_heads",
  n_layer: "num_hidden_layers",
  n_inner: "intermediate_size",
  n_positions: "max_position_embeddings",
  layer_norm_epsilon: "layer_norm_eps",
  rotary_emb_base: "rope_theta",
};
// Gated activations are named there by the whole gate.
const gates: Readonly<Record<string, string>> = { swiglu: "silu", geglu: "gelu", glu: "sigmoid" };

function inNewerNames(json: unknown): unknown {
  if (typeof json !== "object" || json === null || !("n_embd" in json)) return json;
  const renamed = Object.entries(json).map(([name, value]) => [olderNames[name] ?? name, value] as const);
  const gate = "activation_function" in json ? String(json.activation_function) : "swiglu";
  return { hidden_act: gates[gate] ?? `${gate}, which is no gate,`, ...Object.fromEntries(renamed) };
}

// https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/nomic_bert/configuration_nomic_bert.py
const NomicBertConfig = z
  .preprocess(
    inNewerNames,
    z.object({
      ...encoderFields({ vocab_size: 30_528, hidden_act: "silu", max_position_embeddings: 2048 }),
      type_vocab_size: size.default(2),
      rope_theta: z.number().positive().default(1000),
      rope_parameters: z
        .object({ rope_type: z.literal("default").default("default"), rope_theta: z.number().positive().optional() })
        .nullish(),
      head_dim: size.nullish(),
      qkv_proj_bias: z.boolean().default(false),
      mlp_fc1_bias: z.boolean().default(false),
      mlp_fc2_bias: z.boolean().default(false),
      // What else the older code can do, and no published checkpoint of this size uses.
      prenorm: z.literal(false).default(false),
      causal: z.literal(false).default(false),
      parallel_block: z.literal(false).default(false),
      use_rms_norm: z.literal(false).nullish(),
      rotary_emb_fraction: z.literal(1).default(1),
      rotary_emb_interleaved: z.literal(false).default(false),
      rotary_emb_scale_base: z.null().optional(),
      rotary_scaling_factor: z.null().optional(),
      num_experts: z.literal(0).nullish(),
    }),
  )
  .refine(headsAreEven, evenHeadsMessage)
  .refine((config) => (config.head_dim ?? headSize(config)) === headSize(config), {
    message: "head_dim must be hidden_size / num_attention_heads",
    path: ["head_dim"],
  });
type NomicBertConfig = z.infer<typeof NomicBertConfig>;

/**
 * Nomic BERT (arXiv:2402.01613), after
 * https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/models/nomic_bert/modeling_nomic_bert.py.
 * BERT with rotary positions and gated feed-forward layers. Shapes: B texts, S tokens each, T = B·S, H hidden, I
 * intermediate.
 */
export const nomicBert: Architecture<NomicBertConfig> = {
  config: NomicBertConfig,
  rootNames: { marker: "embeddings.word_embeddings.weight", prefixes: ["nomic_bert.", "bert."] },
  maxPositions: (config) => config.max_position_embeddings,

  // NomicBertModel (modeling_nomic_bert.py#L360)
  build(graph, weights, config, { attentionMask, ...inputs }) {
    const names = weights.has("emb_ln.weight") ? olderTensors : newerTensors;
    const embedded = embeddings(graph, weights, config, { ...inputs, names }); // [B,S] → [B,S,H]
    const turns = rotation(graph, positions(graph, inputs.inputIds), {
      theta: thetaOf(config),
      size: headSize(config),
    });
    return onRows(graph, embedded, { size: config.hidden_size }, (tokens) => {
      let hidden = tokens.rows; // [T,H]
      for (let index = 0; index < config.num_hidden_layers; index++) {
        const scope = weights.scope(`${names.layers}.${index}`);
        hidden = layer(graph, scope, config, { names, hidden, tokens, attentionMask, turns }); // [T,H] → [T,H]
      }
      return hidden;
    }); // → [B,S,H]
  },

  // NomicBertForSequenceClassification (modeling_nomic_bert.py#L541)
  classify(graph, weights, config, inputs) {
    const head = { dense: weights.scope("pooler.dense"), projection: weights.outside.scope("classifier") };
    return classificationHead(graph, head, { ...inputs, size: config.hidden_size, activation: "tanh" }); // → [B,labels]
  },
};

function headSize(config: { readonly hidden_size: number; readonly num_attention_heads: number }): number {
  return config.hidden_size / config.num_attention_heads;
}

function thetaOf({ rope_parameters, rope_theta }: NomicBertConfig): number {
  return rope_parameters?.rope_theta ?? rope_theta;
}

interface TensorNames {
  readonly embeddingNorm: string;
  readonly layers: string;
  /** Three tensors, or one that holds the three. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly gate: string;
  readonly up: string;
  readonly down: string;
  readonly outputNorm: string;
}

const newerTensors: TensorNames = {
  embeddingNorm: "embeddings.LayerNorm",
  layers: "layers",
  query: "self_attn.q_proj",
  key: "self_attn.k_proj",
  value: "self_attn.v_proj",
  attentionOutput: "self_attn.o_proj",
  attentionNorm: "post_attention_layernorm",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  down: "mlp.down_proj",
  outputNorm: "post_mlp_layernorm",
};

// What transformers' conversion_mapping.py translates for "nomic_bert".
const olderTensors: TensorNames = {
  embeddingNorm: "emb_ln",
  layers: "encoder.layers",
  query: "attn.Wqkv",
  key: "attn.Wqkv",
  value: "attn.Wqkv",
  attentionOutput: "attn.out_proj",
  attentionNorm: "norm1",
  gate: "mlp.fc12",
  up: "mlp.fc11",
  down: "mlp.fc2",
  outputNorm: "norm2",
};

// NomicBertEmbeddings (modeling_nomic_bert.py#L48)
function embeddings(
  graph: GraphBuilder,
  weights: Weights,
  config: NomicBertConfig,
  { inputIds, tokenTypeIds, names }: EncoderInputs & { readonly names: TensorNames },
): Value {
  const size = config.hidden_size;
  const table = (name: string): Weights => weights.scope(`embeddings.${name}`);
  const words = embedding(graph, table("word_embeddings"), inputIds, { rows: config.vocab_size, size }); // [B,S,H]
  const types = { rows: config.type_vocab_size, size };
  const type = embedding(graph, table("token_type_embeddings"), tokenTypeIds ?? graph.integers(0), types); // or [1,H]
  return norm(graph, weights.scope(names.embeddingNorm), config, graph.node("Add", [words, type]));
}

interface LayerInput {
  readonly names: TensorNames;
  /** [T,H] */
  readonly hidden: Value;
  readonly tokens: TokenRows;
  readonly attentionMask: Value | undefined;
  readonly turns: Rotation;
}

// NomicBertLayer (modeling_nomic_bert.py#L264)
function layer(graph: GraphBuilder, weights: Weights, config: NomicBertConfig, input: LayerInput): Value {
  const { names, hidden } = input;
  const attended = graph.node("Add", [hidden, attention(graph, weights, config, input)]);
  const normed = norm(graph, weights.scope(names.attentionNorm), config, attended); // [T,H]
  const expanded = graph.node("Add", [normed, gatedLayers(graph, weights, config, { names, hidden: normed })]);
  return norm(graph, weights.scope(names.outputNorm), config, expanded); // [T,H]
}

// NomicBertAttention (modeling_nomic_bert.py#L197)
function attention(
  graph: GraphBuilder,
  weights: Weights,
  config: NomicBertConfig,
  { names, hidden, tokens, attentionMask, turns }: LayerInput,
): Value {
  const heads = config.num_attention_heads;
  const sizes = { inputs: config.hidden_size, outputs: config.hidden_size, bias: config.qkv_proj_bias };
  const of = names.query === names.key ? 3 : 1;
  const layer = (name: string, index: number): LinearLayer => {
    return { weights: weights.scope(name), ...sizes, part: { index: index % of, of } };
  };
  const layers = [layer(names.query, 0), layer(names.key, 1), layer(names.value, 2)] as const;
  const projected = encoderLinears(graph, { rows: hidden, normalized: true }, layers);
  const query = rotate(graph, tokens.toTexts(projected[0]), turns, heads); // [B,S,H]
  const key = rotate(graph, tokens.toTexts(projected[1]), turns, heads);
  const value = tokens.toTexts(projected[2]);
  const context = multiHeadAttention(graph, { query, key, value, attentionMask, heads }); // [B,S,H]
  const output = { weights: weights.scope(names.attentionOutput), ...sizes };
  return encoderLinear(graph, { rows: tokens.toRows(context) }, output); // [T,H]
}

// NomicBertMLP (modeling_nomic_bert.py#L248)
function gatedLayers(
  graph: GraphBuilder,
  weights: Weights,
  config: NomicBertConfig,
  { names, hidden }: Pick<LayerInput, "names" | "hidden">,
): Value {
  const { hidden_size, intermediate_size, hidden_act, mlp_fc1_bias: bias } = config;
  const expansion = (name: string): LinearLayer => {
    return { weights: weights.scope(name), inputs: hidden_size, outputs: intermediate_size, bias };
  };
  const layers = [expansion(names.gate), expansion(names.up)] as const;
  const [gate, up] = encoderLinears(graph, { rows: hidden, normalized: true }, layers); // [T,I]
  const gated = graph.node("Mul", [activations[hidden_act](graph, gate), up]);
  const sizes = { inputs: intermediate_size, outputs: hidden_size, bias: config.mlp_fc2_bias };
  return encoderLinear(graph, { rows: gated }, { weights: weights.scope(names.down), ...sizes }); // [T,H]
}

function norm(graph: GraphBuilder, weights: Weights, config: NomicBertConfig, input: Value): Value {
  return layerNorm(graph, weights, input, { size: config.hidden_size, epsilon: config.layer_norm_eps });
}
