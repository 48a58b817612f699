import { join } from "node:path";
import { z } from "zod";

import { readJsonFile } from "./json-file.ts";
import type { ModelFolder } from "./model-folder.ts";

/** What a folder says about the scores of a …ForSequenceClassification model. */
export interface ClassifierConfig {
  /** The names of the labels, in the order of the logits. */
  readonly labels: readonly string[];
  /** The class of the activation after the logits, such as `torch.nn.modules.activation.Sigmoid`; absent: the default. */
  readonly activation: string | undefined;
}

/** Reads it. @throws {ModelError} `model_invalid` */
export async function readClassifierConfig({
  path,
  encoderFolder,
  encoder,
}: Pick<ModelFolder, "path" | "encoderFolder" | "encoder">): Promise<ClassifierConfig> {
  const sentence = await readJsonFile(join(path, "config_sentence_transformers.json"), SentenceTransformersConfig);
  const config = await readJsonFile(join(encoderFolder, "config.json"), TransformerConfig);
  return {
    labels: Array.from({ length: encoder.labels }, (_, label) => config?.id2label?.[label] ?? `LABEL_${label}`),
    activation: sentence?.activation_fn ?? config?.activation,
  };
}

/** config_sentence_transformers.json, since sentence-transformers 5.4 */
const SentenceTransformersConfig = z.object({ activation_fn: z.string().nullish() });

/** config.json: its names in sentence-transformers 4 and before that. */
const TransformerConfig = z
  .object({
    id2label: z.record(z.string(), z.string()).nullish(),
    sentence_transformers: z.object({ activation_fn: z.string().nullish() }).nullish(),
    sbert_ce_default_activation_function: z.string().nullish(),
  })
  .transform(({ id2label, sentence_transformers, sbert_ce_default_activation_function }) => ({
    id2label,
    activation: sentence_transformers?.activation_fn ?? sbert_ce_default_activation_function ?? undefined,
  }));
