import { isAbsolute, normalize } from "node:path";
import { z } from "zod";

import { poolingModes } from "../vectors/pooling/pooling.ts";
import type { PoolingMode } from "../vectors/pooling/pooling.ts";
import { similarityNames } from "../vectors/similarity.ts";

// The files that transformers and sentence-transformers put in a model folder, as far as inference needs them.
// config.json itself is read by the architecture that it names.

export const TransformerConfig = z.looseObject({ model_type: z.string(), pad_token_id: z.int().nullish() });

/** modules.json: the steps of a sentence-transformers model and the folder of each. */
export const Modules = z.array(
  z.object({
    // Old and new class paths end alike: sentence_transformers.models.Pooling, sentence_transformers.….modules.pooling.Pooling
    type: z.string().transform((path) => path.split(".").at(-1) ?? path),
    path: z.string().refine(isInside, "must stay inside the model folder"),
  }),
);
export type Modules = z.infer<typeof Modules>;

function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).split(/[\\/]/u).includes("..");
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

const Mode = z.enum(poolingModes);

/** 1_Pooling/config.json → the modes whose vectors are joined. */
export const PoolingConfig = z
  .object({
    pooling_mode: z.union([Mode.transform((mode) => [mode]), z.array(Mode).nonempty()]).optional(),
    include_prompt: z.boolean().default(true),
    ...mapValues(legacyModes, () => z.boolean().default(false)),
  })
  .transform(({ pooling_mode, include_prompt, ...flags }) => ({
    modes: pooling_mode ?? fromFlags(flags),
    includePrompt: include_prompt,
  }));

function fromFlags(flags: Record<keyof typeof legacyModes, boolean>): PoolingMode[] {
  const names = Object.keys(legacyModes) as (keyof typeof legacyModes)[];
  const modes = names.filter((name) => flags[name]).map((name) => legacyModes[name]);
  return modes.length === 0 ? ["mean"] : modes;
}

function mapValues<Key extends string, Result>(record: Record<Key, unknown>, make: () => Result): Record<Key, Result> {
  return Object.fromEntries(Object.keys(record).map((key) => [key, make()])) as Record<Key, Result>;
}

/** sentence_bert_config.json */
export const SentenceBertConfig = z.object({
  max_seq_length: z.int().positive().nullish(),
  do_lower_case: z.boolean().default(false),
});

/** tokenizer_config.json. transformers writes 1e30 for "no limit". */
export const TokenizerConfig = z.object({ model_max_length: z.number().positive().nullish() });

/** config_sentence_transformers.json */
export const SentenceTransformersConfig = z.object({
  prompts: z.record(z.string(), z.string()).default({}),
  default_prompt_name: z.string().nullish(),
  similarity_fn_name: z.enum(similarityNames).nullish(),
});

/** model.safetensors.index.json of a checkpoint in several files. */
export const ShardIndex = z.object({
  weight_map: z.record(
    z.string(),
    z.string().refine((name) => !/[\\/]/u.test(name), "must be a plain file name"),
  ),
});
