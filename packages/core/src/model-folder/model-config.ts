import { isAbsolute, normalize } from "node:path";
import { z } from "zod";

import { similarityNames } from "../vectors/similarity.ts";

// The files that transformers and sentence-transformers put in a model folder, as far as inference needs them.
// config.json itself is read by the architecture that it names.

export const TransformerConfig = z.looseObject({ model_type: z.string(), pad_token_id: z.int().nullish() });

/** modules.json: the steps of a sentence-transformers model in order, and the folder of each. */
export const Modules = z.array(
  z.object({
    type: z.string(),
    path: z.string().refine(isInside, "must stay inside the model folder").transform(plainPath),
  }),
);
export type Modules = z.infer<typeof Modules>;
export type Module = Modules[number];

function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).split(/[\\/]/u).includes("..");
}

// "./2_Dense/" names the same folder as "2_Dense".
function plainPath(path: string): string {
  return path
    .split(/[\\/]/u)
    .filter((part) => part !== "" && part !== ".")
    .join("/");
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
  model_type: z.string().default("SentenceTransformer"), // absent before sentence-transformers 5
  // A prompt of null is one that its author left open: no prompt.
  prompts: z
    .record(z.string(), z.string().nullish())
    .nullish()
    .transform((prompts) =>
      Object.fromEntries(Object.entries(prompts ?? {}).map(([name, text]) => [name, text ?? ""])),
    ),
  default_prompt_name: z.string().nullish(),
  similarity_fn_name: z.enum(similarityNames).nullish(),
  truncate_dim: z.int().positive().nullish(),
});

/** model.safetensors.index.json of a checkpoint in several files. */
export const ShardIndex = z.object({
  weight_map: z.record(
    z.string(),
    z.string().refine((name) => !/[\\/]/u.test(name), "must be a plain file name"),
  ),
});
