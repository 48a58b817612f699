import { z } from "zod";

import { pool, poolingModes } from "../vectors/pooling/pooling.ts";
import type { PoolingMode } from "../vectors/pooling/pooling.ts";
import { requireSize, requireValue } from "./features.ts";
import type { StepKind } from "./step.ts";

/** Token embeddings → one vector. Several modes join their vectors. */
export interface PoolingStep {
  readonly kind: "pooling";
  readonly modes: readonly PoolingMode[];
  /** Whether the tokens of a prompt count; where they do not, the graph needs a pooling mask. */
  readonly includePrompt: boolean;
}

// The booleans of files written before sentence-transformers 6, in the order in which it joins their vectors.
const legacyModes = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len_tokens",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "lasttoken",
} as const satisfies Record<string, PoolingMode>;

const MAX_MODES = 64; // there are six to join; a hostile file may not ask for a vector of any length
const Mode = z.enum(poolingModes);

const PoolingConfig = z
  .object({
    pooling_mode: z.union([Mode.transform((mode) => [mode]), z.array(Mode).nonempty().max(MAX_MODES)]).optional(),
    include_prompt: z.boolean().default(true),
    ...mapValues(legacyModes, () => z.boolean().default(false)),
  })
  .transform(({ pooling_mode, include_prompt, ...flags }) => (): PoolingStep => ({
    kind: "pooling",
    modes: pooling_mode ?? fromFlags(flags),
    includePrompt: include_prompt,
  }));

export const poolingStep: StepKind<PoolingStep> = {
  config: PoolingConfig,
  needsConfig: true,
  hasWeights: false,
  resize: ({ modes }, sizes) => ({
    ...sizes,
    sentence_embedding: modes.length * requireSize(sizes, "token_embeddings", "Pooling"),
  }),
  build: (graph, { modes }, features, { attentionMask, poolingMask }) => {
    const hiddenStates = requireValue(features, "token_embeddings", "Pooling"); // [B,S,H]
    const sentences = pool(graph, modes, { hiddenStates, attentionMask, poolingMask }); // [B,modes·H]
    return { ...features, sentence_embedding: sentences };
  },
  describe: ({ modes, includePrompt }) => `${modes.join("+")}${includePrompt ? "" : "-without-prompt"}`,
};

function fromFlags(flags: Record<keyof typeof legacyModes, boolean>): PoolingMode[] {
  const names = Object.keys(legacyModes) as (keyof typeof legacyModes)[];
  const modes = names.filter((name) => flags[name]).map((name) => legacyModes[name]);
  return modes.length === 0 ? ["mean"] : modes;
}

function mapValues<Key extends string, Result>(record: Record<Key, unknown>, make: () => Result): Record<Key, Result> {
  return Object.fromEntries(Object.keys(record).map((key) => [key, make()])) as Record<Key, Result>;
}
