import type { z } from "zod";

import type { GraphBuilder, Value } from "../graph/graph-builder.ts";
import type { RootNames, Weights } from "../weights/weights.ts";

/** How one family of models computes hidden states. One file per architecture, one line in `registry.ts`. */
export interface Architecture<Config extends EncoderConfig = EncoderConfig> {
  /** What `config.json` must say; everything else in it is ignored. */
  readonly config: z.ZodType<Config>;
  readonly rootNames: RootNames;
  /** The longest sequence that the position table holds, special tokens included. */
  maxPositions(config: Config): number;
  /** Adds the encoder to the graph: token ids [B,S] → hidden states [B,S,H]. */
  build(graph: GraphBuilder, weights: Weights, config: Config, inputs: EncoderInputs): Value;
}

/** What every architecture's configuration can tell. */
export interface EncoderConfig {
  readonly hidden_size: number;
}

export interface EncoderInputs {
  /** int32 [B,S] */
  readonly inputIds: Value;
  /** int32 [B,S]; absent when no row of the batch is padded. */
  readonly attentionMask?: Value;
  /** int32 [B,S]; absent means type 0 everywhere. */
  readonly tokenTypeIds?: Value;
}
