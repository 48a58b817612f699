import { join } from "node:path";

import { ModelError } from "../errors.ts";
import { readJsonFile } from "./json-file.ts";
import { SentenceBertConfig } from "./model-config.ts";

// The names that sentence-transformers has given the file (base/modules/transformer.py, load_config).
const NAMES = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map(
  (architecture) => `sentence_${architecture}_config.json`,
);

/** Reads the configuration of the transformer step; `undefined` when the folder has none. */
export async function readTransformerStep(folder: string): Promise<SentenceBertConfig | undefined> {
  for (const name of NAMES) {
    const config = await readJsonFile(join(folder, name), SentenceBertConfig);
    if (config !== undefined) return config;
  }
  return undefined;
}

/** @throws {ModelError} `architecture_unsupported` when the step gives something else than token embeddings. */
export function checkTransformerStep(folder: string, step: SentenceBertConfig | undefined): void {
  if (step === undefined || (step.transformer_task === "feature-extraction" && step.output === "last_hidden_state"))
    return;
  const given = `${step.transformer_task}: ${JSON.stringify(step.output)}`;
  throw new ModelError(
    "architecture_unsupported",
    `The transformer step of the model folder ${folder} gives ${given}, where sentence vectors begin with the last hidden state.`,
    { hint: "Choose a model with feature-extraction: last_hidden_state.", details: { folder } },
  );
}
