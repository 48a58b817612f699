import { z } from "zod";

import { activationNames } from "../../graph/layers/activation.ts";
import type { ActivationName } from "../../graph/layers/activation.ts";

// Graphs are written node by node, and ALBERT repeats one stored layer as often as its configuration says. The deepest
// encoders in use have 48 layers.
const MAX_LAYERS = 1024;
// Above any size in use (vocabularies reach a million rows); what is smaller is checked against the weights.
const MAX_SIZE = 2 ** 24;

export const size = z.int().positive().max(MAX_SIZE);
export const layerCount = z.int().positive().max(MAX_LAYERS);
export const activationName = z.enum(activationNames);
export const epsilon = z.number().positive();

/** The fields that most encoders share, with the defaults of one configuration class: files leave out what is default. */
export function encoderFields(defaults: EncoderDefaults) {
  return {
    vocab_size: size.default(defaults.vocab_size),
    hidden_size: size.default(defaults.hidden_size ?? 768),
    num_hidden_layers: layerCount.default(defaults.num_hidden_layers ?? 12),
    num_attention_heads: size.default(defaults.num_attention_heads ?? 12),
    intermediate_size: size.default(defaults.intermediate_size ?? 3072),
    hidden_act: activationName.default(defaults.hidden_act ?? "gelu"),
    max_position_embeddings: size.default(defaults.max_position_embeddings ?? 512),
    layer_norm_eps: epsilon.default(1e-12),
    // Attention that looks back only, and positions that enter the scores, need other graphs.
    is_decoder: z.literal(false).default(false),
    position_embedding_type: z.literal("absolute").default("absolute"),
  };
}

export interface EncoderDefaults {
  readonly vocab_size: number;
  readonly hidden_size?: number;
  readonly num_hidden_layers?: number;
  readonly num_attention_heads?: number;
  readonly intermediate_size?: number;
  readonly hidden_act?: ActivationName;
  readonly max_position_embeddings?: number;
}

/** For `refine`: every head gets an equal share of a hidden state. */
export function headsDivideHidden({ hidden_size, num_attention_heads }: HeadSizes): boolean {
  return hidden_size % num_attention_heads === 0;
}

interface HeadSizes {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
}

export const headsMessage = "hidden_size must be a multiple of num_attention_heads";

/** For `refine`: rotary positions turn the components of a head in pairs. */
export function headsAreEven({ hidden_size, num_attention_heads }: HeadSizes): boolean {
  return hidden_size % (2 * num_attention_heads) === 0;
}

export const evenHeadsMessage =
  "hidden_size must be a multiple of 2 · num_attention_heads: rotary positions turn pairs";
