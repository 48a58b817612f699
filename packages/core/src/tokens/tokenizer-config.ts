import { z } from "zod";

import { specialTokenNames } from "./tokenizer-classes.ts";

// The small files beside tokenizer.json, as far as they decide about tokens.

const flag = z.boolean().optional();

/** A token that is matched before anything else, with what transformers assumes when a file leaves something out. */
export const AddedToken = z
  .object({ content: z.string(), single_word: flag, lstrip: flag, rstrip: flag, normalized: flag, special: flag })
  .transform(({ content, single_word = false, lstrip = false, rstrip = false, special = false, normalized }) => ({
    content,
    single_word,
    lstrip,
    rstrip,
    normalized: normalized ?? !special,
    special,
  }));
export type AddedToken = z.infer<typeof AddedToken>;

const NamedToken = z.union([z.string(), AddedToken]).nullish().catch(undefined);
export type NamedToken = string | AddedToken;

const namedTokens = Object.fromEntries(specialTokenNames.map((name) => [name, NamedToken])) as Record<
  (typeof specialTokenNames)[number],
  typeof NamedToken
>;

const ExtraTokens = z
  .array(z.union([z.string(), AddedToken]))
  .optional()
  .catch(undefined);

const Side = z.enum(["left", "right"]).optional();

/** tokenizer_config.json. transformers writes 1e30 for "no limit". */
export const TokenizerConfig = z.object({
  tokenizer_class: z.string().nullish(),
  model_input_names: z.array(z.string()).nullish(),
  model_max_length: z.number().positive().nullish(),
  truncation_side: Side,
  padding_side: Side,
  do_lower_case: flag,
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: flag,
  add_prefix_space: flag,
  trim_offsets: flag,
  keep_accents: flag,
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/u), AddedToken).optional(),
  extra_special_tokens: ExtraTokens,
  additional_special_tokens: ExtraTokens,
  ...namedTokens,
});
export type TokenizerConfig = z.infer<typeof TokenizerConfig>;

/** special_tokens_map.json, of the time before tokenizer_config.json listed the added tokens. */
export const SpecialTokensMap = z.object({ ...namedTokens, additional_special_tokens: ExtraTokens });
export type SpecialTokensMap = z.infer<typeof SpecialTokensMap>;

/** added_tokens.json, of the same time. */
export const AddedTokenIds = z.record(z.string(), z.int().nonnegative());

/** What tokenizer.json says beside its tokens; transformers takes the sides from it where the configuration is silent. */
export const TokenizerDefaults = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).default([]),
  truncation: z
    .object({ direction: z.enum(["Left", "Right"]) })
    .nullish()
    .catch(undefined),
  padding: z
    .object({ direction: z.enum(["Left", "Right"]) })
    .nullish()
    .catch(undefined),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  post_processor: z.unknown(),
  model: z.looseObject({ type: z.string().optional(), vocab: z.unknown() }),
});
export type TokenizerDefaults = z.infer<typeof TokenizerDefaults>;
