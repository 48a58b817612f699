import { isAbsolute, normalize } from "node:path";
import { z } from "zod";

import { similarityNames } from "../vectors/similarity.ts";

// The files that transformers and sentence-transformers put in a model folder, as far as inference needs them.
// config.json itself is read by the architecture that it names.

export const TransformerConfig = z.looseObject({
  model_type: z.string(),
  pad_token_id: z.int().nullish(),
  tokenizer_class: z.string().nullish(),
});
export type TransformerConfig = z.infer<typeof TransformerConfig>;

// The longest published chains have five steps; each costs a folder to read and nodes in the graph.
const MAX_MODULES = 64;

/** modules.json: the steps of a sentence-transformers model in order, and the folder of each. */
export const Modules = z
  .array(
    z.object({
      type: z.string(),
      path: z.string().refine(isInside, "must stay inside the model folder").transform(plainPath),
    }),
  )
  .max(MAX_MODULES);
export type Modules = z.infer<typeof Modules>;
export type Module = Modules[number];

/** Whether a relative path stays inside the folder that it is relative to. */
export function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).split(/[\\/]/u).includes("..");
}

// "./2_Dense/" names the same folder as "2_Dense".
function plainPath(path: string): string {
  return path
    .split(/[\\/]/u)
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

// Passed on to the tokenizer, whose limit they may set.
const ProcessorArguments = z.looseObject({ model_max_length: z.int().positive().nullish() }).nullish();

/** sentence_bert_config.json: the transformer step. */
export const SentenceBertConfig = z
  .object({
    max_seq_length: z.int().positive().nullish(),
    do_lower_case: z.boolean().nullish(),
    transformer_task: z.string().default("feature-extraction"),
    modality_config: z.looseObject({ text: z.looseObject({ method_output_name: z.unknown() }).optional() }).optional(),
    processor_kwargs: ProcessorArguments,
    tokenizer_args: ProcessorArguments, // its name before sentence-transformers 5.4
  })
  .transform(({ processor_kwargs, tokenizer_args, modality_config, ...config }) => ({
    ...config,
    processorLimit: (processor_kwargs ?? tokenizer_args)?.model_max_length ?? undefined,
    output: modality_config?.text?.method_output_name ?? "last_hidden_state",
  }));
export type SentenceBertConfig = z.infer<typeof SentenceBertConfig>;

/** config_sentence_transformers.json */
export const SentenceTransformersConfig = z
  .object({
    model_type: z.string().default("SentenceTransformer"), // absent before sentence-transformers 5
    // A prompt of null is one that its author left open: no prompt.
    prompts: z
      .record(z.string(), z.string().nullish())
      .nullish()
      .transform((prompts) =>
        Object.fromEntries(Object.entries(prompts ?? {}).map(([name, text]) => [name, text ?? ""])),
      ),
    default_prompt_name: z.string().nullish(),
    // sentence-transformers takes its default for names that it does not know, such as those of other families.
    similarity_fn_name: z.enum(similarityNames).nullish().catch(undefined),
    truncate_dim: z.int().positive().nullish(),
  })
  .refine(({ prompts, default_prompt_name: name }) => !name || Object.hasOwn(prompts, name), {
    message: "default_prompt_name is not among the prompts",
  });

/** model.safetensors.index.json of a checkpoint in several files. */
export const ShardIndex = z.object({
  weight_map: z.record(
    z.string(),
    z.string().refine((name) => !/[\\/]/u.test(name), "must be a plain file name"),
  ),
});
