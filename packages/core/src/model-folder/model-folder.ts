import { basename, join, resolve } from "node:path";

import { ModelError } from "../errors.ts";
import { configureEncoder } from "../models/registry.ts";
import type { ConfiguredEncoder } from "../models/registry.ts";
import type { PoolingMode } from "../vectors/pooling/pooling.ts";
import type { SimilarityName } from "../vectors/similarity.ts";
import { isFolder } from "./file-presence.ts";
import { readJsonFile, readTextFile } from "./json-file.ts";
import {
  Modules,
  PoolingConfig,
  SentenceBertConfig,
  SentenceTransformersConfig,
  TokenizerConfig,
  TransformerConfig,
} from "./model-config.ts";
import { findWeightFiles } from "./weight-files.ts";

/** What a model folder says, checked and with the defaults of sentence-transformers filled in. */
export interface ModelFolder {
  readonly path: string;
  /** The name that people know the model by. */
  readonly name: string;
  readonly encoder: ConfiguredEncoder;
  readonly weightFiles: readonly string[];
  /** The text of tokenizer.json. */
  readonly tokenizerJson: string;
  readonly padTokenId: number | undefined;
  /** Several modes join their vectors. */
  readonly poolingModes: readonly PoolingMode[];
  readonly normalize: boolean;
  /** Longest input of a sentence vector in tokens, special tokens included. */
  readonly maxSeqLength: number;
  /** Longest input that the encoder and its tokenizer can take. */
  readonly maxModelLength: number;
  readonly lowerCase: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | undefined;
  readonly similarity: SimilarityName;
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
  const weightFiles = await findWeightFiles(folder);
  const config = await readJsonFile(join(folder, "config.json"), TransformerConfig);
  if (config === undefined) throw missing(folder, "config.json");
  const tokenizerJson = await readTextFile(join(folder, "tokenizer.json"), { maxBytes: MAX_TOKENIZER_BYTES });
  if (tokenizerJson === undefined) throw missing(folder, "tokenizer.json");
  const encoder = configureEncoder(config);
  const steps = await readSteps(folder);
  const lengths = await readLengths(folder, encoder);
  const sentence = await readJsonFile(join(folder, "config_sentence_transformers.json"), SentenceTransformersConfig);

  return {
    path: folder,
    name: manifest?.name ?? basename(folder),
    encoder,
    weightFiles,
    tokenizerJson,
    padTokenId: config.pad_token_id ?? undefined,
    poolingModes: manifest?.poolingModes ?? steps.poolingModes,
    normalize: manifest?.normalize ?? steps.normalize,
    maxModelLength: lengths.maxModelLength,
    maxSeqLength: Math.min(manifest?.maxSeqLength ?? lengths.maxSeqLength, encoder.maxPositions),
    lowerCase: lengths.lowerCase,
    prompts: sentence?.prompts ?? {},
    defaultPromptName: sentence?.default_prompt_name ?? undefined,
    similarity: sentence?.similarity_fn_name ?? "cosine",
  };
}

// The largest vocabularies in use (256,000 pieces) take 35 MB.
const MAX_TOKENIZER_BYTES = 128 * 1024 * 1024;

const supportedSteps = ["Transformer", "Pooling", "Normalize"];

// A folder without modules.json is a plain transformers model: sentence-transformers then takes the mean.
async function readSteps(folder: string): Promise<{ poolingModes: readonly PoolingMode[]; normalize: boolean }> {
  const modules = await readJsonFile(join(folder, "modules.json"), Modules);
  if (modules === undefined) return { poolingModes: ["mean"], normalize: false };
  const unsupported = modules.find(({ type }) => !supportedSteps.includes(type));
  if (unsupported !== undefined) throw unsupportedStep(folder, unsupported.type);
  return {
    poolingModes: await readPooling(folder, modules),
    normalize: modules.some(({ type }) => type === "Normalize"),
  };
}

async function readPooling(folder: string, modules: Modules): Promise<readonly PoolingMode[]> {
  const step = modules.find(({ type }) => type === "Pooling");
  if (step === undefined) throw unsupportedStep(folder, "no pooling");
  const pooling = await readJsonFile(join(folder, step.path, "config.json"), PoolingConfig);
  if (pooling === undefined) throw missing(folder, join(step.path, "config.json"));
  if (!pooling.includePrompt) throw unsupportedStep(folder, "pooling without the prompt");
  return pooling.modes;
}

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

function unsupportedStep(folder: string, type: string): ModelError {
  return new ModelError(
    "architecture_unsupported",
    `The model folder ${folder} asks for the unsupported step ${JSON.stringify(type)}.`,
    {
      hint: `Supported steps of modules.json: ${supportedSteps.join(", ")}.`,
      details: { folder, type, supported: supportedSteps },
    },
  );
}
