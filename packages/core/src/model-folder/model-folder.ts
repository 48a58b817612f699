import { basename, join, resolve } from "node:path";

import { ModelError } from "../errors.ts";
import { configureEncoder } from "../models/registry.ts";
import type { ConfiguredEncoder } from "../models/registry.ts";
import type { SentenceStep } from "../steps/registry.ts";
import type { PoolingMode } from "../vectors/pooling/pooling.ts";
import type { SimilarityName } from "../vectors/similarity.ts";
import type { WeightFile } from "../weights/weights.ts";
import { isFolder } from "./file-presence.ts";
import { readJsonFile, readTextFile } from "./json-file.ts";
import { SentenceBertConfig, SentenceTransformersConfig, TokenizerConfig, TransformerConfig } from "./model-config.ts";
import { readSteps, simpleSteps } from "./read-steps.ts";
import { findWeightFiles } from "./weight-files.ts";

/** What a model folder says, checked and with the defaults of sentence-transformers filled in. */
export interface ModelFolder {
  readonly path: string;
  /** The name that people know the model by. */
  readonly name: string;
  readonly encoder: ConfiguredEncoder;
  /** The files of the encoder and, with a prefix before their tensors' names, those of the steps. */
  readonly weightFiles: readonly WeightFile[];
  /** The text of tokenizer.json. */
  readonly tokenizerJson: string;
  readonly padTokenId: number | undefined;
  /** What follows the encoder, in order. */
  readonly steps: readonly SentenceStep[];
  /** Longest input of a sentence vector in tokens, special tokens included. */
  readonly maxSeqLength: number;
  /** Longest input that the encoder and its tokenizer can take. */
  readonly maxModelLength: number;
  readonly lowerCase: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | undefined;
  readonly similarity: SimilarityName;
  /** How many components of a vector the model's author wants kept; absent means all. */
  readonly truncateDim: number | undefined;
}

/** What a folder without sentence-transformers files would need to say. */
export interface ModelManifest {
  readonly name: string;
  readonly poolingModes: readonly PoolingMode[];
  readonly normalize: boolean;
  readonly maxSeqLength: number;
}

/**
 * Reads a model folder.
 * @throws {ModelError} `model_not_found`, `model_invalid`, `weights_missing` or `architecture_unsupported`.
 */
export async function readModelFolder(path: string, manifest?: Partial<ModelManifest>): Promise<ModelFolder> {
  const folder = resolve(path);
  if (!(await isFolder(folder))) throw new ModelError("model_not_found", `There is no model folder ${folder}.`);
  const { steps, encoderPath, weightFiles: stepFiles } = await readSteps(folder);
  const home = join(folder, encoderPath);
  const encoderFiles = await findWeightFiles(home);
  const config = await readJsonFile(join(home, "config.json"), TransformerConfig);
  if (config === undefined) throw missing(home, "config.json");
  const tokenizerJson = await readTextFile(join(home, "tokenizer.json"), { maxBytes: MAX_TOKENIZER_BYTES });
  if (tokenizerJson === undefined) throw missing(home, "tokenizer.json");
  const encoder = configureEncoder(config);
  const lengths = await readLengths(home, encoder);
  const sentence = await readJsonFile(join(folder, "config_sentence_transformers.json"), SentenceTransformersConfig);

  return {
    path: folder,
    name: manifest?.name ?? basename(folder),
    encoder,
    weightFiles: [...encoderFiles.map((file) => ({ path: file })), ...stepFiles],
    tokenizerJson,
    padTokenId: config.pad_token_id ?? undefined,
    steps: manifest?.poolingModes === undefined ? steps : simpleSteps(manifest.poolingModes, manifest.normalize),
    maxModelLength: lengths.maxModelLength,
    maxSeqLength: Math.min(manifest?.maxSeqLength ?? lengths.maxSeqLength, encoder.maxPositions),
    lowerCase: lengths.lowerCase,
    prompts: sentence?.prompts ?? {},
    defaultPromptName: sentence?.default_prompt_name ?? undefined,
    similarity: sentence?.similarity_fn_name ?? "cosine",
    truncateDim: sentence?.truncate_dim ?? undefined,
  };
}

// The largest vocabularies in use (256,000 pieces) take 35 MB.
const MAX_TOKENIZER_BYTES = 128 * 1024 * 1024;

// sentence-transformers, base/modules/transformer.py: its own limit if set, else the tokenizer's, capped by the positions.
async function readLengths(
  folder: string,
  { maxPositions }: ConfiguredEncoder,
): Promise<{ maxSeqLength: number; maxModelLength: number; lowerCase: boolean }> {
  const tokenizer = await readJsonFile(join(folder, "tokenizer_config.json"), TokenizerConfig);
  const sentence = await readJsonFile(join(folder, "sentence_bert_config.json"), SentenceBertConfig);
  const maxModelLength = Math.min(tokenizer?.model_max_length ?? maxPositions, maxPositions);
  return {
    maxModelLength,
    maxSeqLength: sentence?.max_seq_length ?? maxModelLength,
    lowerCase: sentence?.do_lower_case ?? false,
  };
}

function missing(folder: string, file: string): ModelError {
  return new ModelError("model_invalid", `The model folder ${folder} has no ${file}.`, {
    hint: "A model folder holds config.json, tokenizer.json and model.safetensors, as transformers saves them.",
    details: { folder, file },
  });
}
