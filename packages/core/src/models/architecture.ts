import type { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import type { EncoderWeights, RootNames } from "../weights/weights.ts";

/** How one family of models computes hidden states. One file per architecture, one line in `registry.ts`. */
export interface Architecture<Config extends EncoderConfig = EncoderConfig> {
  /** What `config.json` must say; everything else in it is ignored. */
  readonly config: z.ZodType<Config>;
  readonly rootNames: RootNames;
  /** The longest sequence that the positions allow, special tokens included. */
  maxPositions(config: Config): number;
  /** Adds the encoder to the graph: token ids [B,S] → hidden states [B,S,H]. */
  build(graph: GraphBuilder, weights: EncoderWeights, config: Config, inputs: EncoderInputs): Value;
  /** Adds the head of transformers' …ForSequenceClassification: hidden states [B,S,H] → logits [B,labels]. */
  readonly classify?: (graph: GraphBuilder, weights: EncoderWeights, config: Config, inputs: HeadInputs) => Value;
}

/** What every architecture's configuration can tell. */
export interface EncoderConfig {
  readonly hidden_size: number;
  readonly vocab_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
}

export interface EncoderInputs {
  /** int32 [B,S] */
  readonly inputIds: Value;
  /** int32 [B,S]; absent when no row of the batch is padded. */
  readonly attentionMask?: Value;
  /** int32 [B,S]; absent means type 0 everywhere. Architectures without token types do not look at it. */
  readonly tokenTypeIds?: Value;
}

interface HeadInputs {
  /** float32 [B,S,H] */
  readonly hiddenStates: Value;
  /** int32 [B,S]; absent when no row of the batch is padded. Few heads look further than the first token. */
  readonly attentionMask: Value | undefined;
  readonly labels: number;
}
