import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

import { ModelError } from "../errors.ts";
import { configureEncoder } from "../models/registry.ts";
import type { ConfiguredEncoder } from "../models/registry.ts";
import type { SentenceStep } from "../steps/registry.ts";
import { passesTokenTypes } from "../tokens/token-types.ts";
import { readTokenizerFiles } from "../tokens/tokenizer-files.ts";
import type { TokenizerFiles } from "../tokens/tokenizer-files.ts";
import type { PoolingMode } from "../vectors/pooling/pooling.ts";
import type { SimilarityName } from "../vectors/similarity.ts";
import type { WeightFile } from "../weights/weights.ts";
import { isFolder } from "./file-presence.ts";
import { readJsonFile } from "./json-file.ts";
import { missingWeights } from "./missing-weights.ts";
import { SentenceTransformersConfig, TransformerConfig } from "./model-config.ts";
import { findOnnxFile, readOnnxEncoder } from "./onnx-encoder.ts";
import type { OnnxEncoder } from "./onnx-encoder.ts";
import { readSteps, SENTENCE_MODEL, simpleSteps } from "./read-steps.ts";
import { checkTransformerStep, readTransformerStep } from "./transformer-step.ts";
import { sequenceLimits } from "./sequence-limits.ts";
import type { SequenceLimits } from "./sequence-limits.ts";
import { findWeightFiles } from "./weight-files.ts";

/** What a model folder says, checked and with the defaults of sentence-transformers filled in. */
export interface ModelFolder
  extends SequenceLimits, Pick<TokenizerFiles, "tokenizerJson" | "truncationSide" | "paddingSide"> {
  readonly path: string;
  /** Where the files of transformers are, config.json among them: mostly the same folder. */
  readonly encoderFolder: string;
  /** The name that people know the model by. */
  readonly name: string;
  /** The class of sentence-transformers that the folder was saved by. @default "SentenceTransformer" */
  readonly modelType: string;
  readonly encoder: ConfiguredEncoder;
  /** The encoder's own ONNX file, where the folder has no safetensors weights. */
  readonly onnx: OnnxEncoder | undefined;
  /** The files of the encoder and, with a prefix before their tensors' names, those of the steps. */
  readonly weightFiles: readonly WeightFile[];
  readonly padTokenId: number | undefined;
  /** Whether the model is told the segments of its tokens. */
  readonly tokenTypes: boolean;
  /** What follows the encoder, in order. Only a sentence model has steps. */
  readonly steps: readonly SentenceStep[];
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
export async function readModelFolder(path: string, manifest: Partial<ModelManifest> = {}): Promise<ModelFolder> {
  const folder = resolve(path);
  if (!(await isFolder(folder))) throw new ModelError("model_not_found", `There is no model folder ${folder}.`);
  const sentence = await readSentenceTransformersConfig(folder);
  const { encoderPath, ...following } = await readSteps(folder, sentence.modelType);
  const home = join(folder, encoderPath);
  const { config, encoder, onnx, encoderFiles } = await readEncoder(home);
  const tokenizer = await readTokenizerFiles(home);
  const transformerStep = await readTransformerStep(home);
  if (sentence.modelType === SENTENCE_MODEL) checkTransformerStep(folder, transformerStep);
  const limits = sequenceLimits(transformerStep, encoder, tokenizer);

  return {
    ...sentence,
    ...limits,
    path: folder,
    encoderFolder: home,
    name: manifest.name ?? basename(folder),
    encoder,
    onnx,
    weightFiles: [...encoderFiles.map((file) => ({ path: file })), ...following.weightFiles],
    tokenizerJson: tokenizer.tokenizerJson,
    truncationSide: tokenizer.truncationSide,
    paddingSide: tokenizer.paddingSide,
    padTokenId: config.pad_token_id ?? undefined,
    tokenTypes: passesTokenTypes({
      ...tokenizer,
      tokenizerClass: tokenizer.tokenizerClass ?? config.tokenizer_class ?? undefined,
      modelType: config.model_type,
    }),
    steps: manifest.poolingModes ? simpleSteps(manifest.poolingModes, manifest.normalize) : following.steps,
    maxSeqLength: Math.min(manifest.maxSeqLength ?? limits.maxSeqLength, encoder.maxPositions),
  };
}

/** @throws {ModelError} `architecture_unsupported` when the folder holds a model of another kind. */
export function requireSentenceModel({ path, modelType }: Pick<ModelFolder, "path" | "modelType">): void {
  if (modelType === SENTENCE_MODEL) return;
  throw new ModelError(
    "architecture_unsupported",
    `The model folder ${path} holds a ${modelType}, which gives no sentence vectors.`,
    {
      hint: modelType === "CrossEncoder" ? "Load it with CrossEncoder." : "Choose a SentenceTransformer model.",
      details: { folder: path, modelType },
    },
  );
}

interface Encoder extends Pick<ModelFolder, "encoder" | "onnx"> {
  readonly config: TransformerConfig;
  readonly encoderFiles: readonly string[];
}

// Safetensors come first: their graph is computed in batches without padding and knows every architecture option.
async function readEncoder(home: string): Promise<Encoder> {
  const encoderFiles = await findWeightFiles(home);
  const onnxFile = encoderFiles.length === 0 ? await findOnnxFile(home) : undefined;
  if (encoderFiles.length === 0 && onnxFile === undefined) throw await missingWeights(home, await readdir(home));
  const config = await readJsonFile(join(home, "config.json"), TransformerConfig);
  if (config === undefined) throw missingConfig(home);
  if (onnxFile === undefined) return { config, encoderFiles, encoder: configureEncoder(config), onnx: undefined };
  const onnx = await readOnnxEncoder(onnxFile, config);
  return { config, encoderFiles, encoder: onnx.encoder, onnx };
}

type SentenceSettings = Pick<ModelFolder, "modelType" | "prompts" | "defaultPromptName" | "similarity" | "truncateDim">;

async function readSentenceTransformersConfig(folder: string): Promise<SentenceSettings> {
  const file = join(folder, "config_sentence_transformers.json");
  const config = await readJsonFile(file, SentenceTransformersConfig);
  return {
    modelType: config?.model_type ?? SENTENCE_MODEL,
    prompts: config?.prompts ?? {},
    defaultPromptName: config?.default_prompt_name ?? undefined,
    similarity: config?.similarity_fn_name ?? "cosine",
    truncateDim: config?.truncate_dim ?? undefined,
  };
}

function missingConfig(folder: string): ModelError {
  return new ModelError("model_invalid", `The model folder ${folder} has no config.json.`, {
    hint: "A model folder holds config.json, tokenizer.json and model.safetensors, as transformers saves them.",
    details: { folder, file: "config.json" },
  });
}
