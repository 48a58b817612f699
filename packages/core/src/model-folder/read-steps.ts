import { join } from "node:path";

import { ModelError } from "../errors.ts";
import { onSentences } from "../steps/features.ts";
import { stepTypes, tensorPrefix } from "../steps/registry.ts";
import type { SentenceStep } from "../steps/registry.ts";
import type { PoolingMode } from "../vectors/pooling/pooling.ts";
import type { WeightFile } from "../weights/weights.ts";
import { fileExists } from "./file-presence.ts";
import { readJsonFile } from "./json-file.ts";
import { refuseLfsPointers } from "./lfs-pointer.ts";
import { Modules } from "./model-config.ts";
import type { Module } from "./model-config.ts";

/** The `model_type` of models that give sentence vectors; those without one are such models too. */
export const SENTENCE_MODEL = "SentenceTransformer";

/** What modules.json says. */
export interface FolderSteps {
  /** The folder of the encoder inside the model folder; models of the first versions have it in `0_Transformer`. */
  readonly encoderPath: string;
  readonly steps: readonly SentenceStep[];
  /** The weights of the steps, without those of the encoder. */
  readonly weightFiles: readonly WeightFile[];
}

/**
 * Reads modules.json and the folders of its steps.
 *
 * A folder without one is a plain transformers model, of which sentence-transformers takes the mean.
 * @throws {ModelError} `model_invalid`, `weights_missing` or `architecture_unsupported`.
 */
export async function readSteps(folder: string, modelType: string): Promise<FolderSteps> {
  const modules = await readJsonFile(join(folder, "modules.json"), Modules);
  if (modules === undefined) return { encoderPath: "", steps: simpleSteps(["mean"]), weightFiles: [] };
  const [encoder, ...rest] = modules;
  if (modelType !== SENTENCE_MODEL) return otherModel(folder, modelType, modules);
  if (encoder === undefined || className(encoder) !== "Transformer") throw unsupported(folder, encoder?.type);
  const modulesOfSteps = rest.filter((module) => className(module) !== DROPOUT);
  const read = await Promise.all(modulesOfSteps.map((module) => readStep(folder, module)));
  return {
    encoderPath: encoder.path,
    steps: read.map(({ step }) => step),
    weightFiles: read.flatMap(({ weightFile }) => weightFile ?? []),
  };
}

// The head of a cross-encoder is in its encoder's checkpoint; what else would follow decides its scores.
function otherModel(folder: string, modelType: string, [encoder, ...rest]: Modules): FolderSteps {
  if (modelType === "CrossEncoder" && rest[0] !== undefined) throw unsupported(folder, rest[0].type);
  return { encoderPath: encoder?.path ?? "", steps: [], weightFiles: [] };
}

const DROPOUT = "Dropout"; // does nothing outside of training

/** Pooling, and normalization where wanted: the steps of a model that is known without its files. */
export function simpleSteps(modes: readonly PoolingMode[], normalize = false): readonly SentenceStep[] {
  const pooling: SentenceStep = { kind: "pooling", modes, includePrompt: true };
  return normalize ? [pooling, { kind: "normalize", ...onSentences }] : [pooling];
}

async function readStep(folder: string, module: Module): Promise<{ step: SentenceStep; weightFile?: WeightFile }> {
  const name = className(module);
  const type = name !== undefined && Object.hasOwn(stepTypes, name) ? stepTypes[name] : undefined;
  if (type === undefined) throw unsupported(folder, module.type);
  const file = join(folder, module.path, "config.json");
  const create = await readJsonFile(file, type.config);
  if (create === undefined && type.needsConfig) throw missingConfig(file, module);
  const step = (create ?? type.config.parse({}))(module.path);
  return type.hasWeights ? { step, weightFile: await weightFileOf(folder, module) } : { step };
}

async function weightFileOf(folder: string, { path, type }: Module): Promise<WeightFile> {
  const file = join(folder, path, "model.safetensors");
  if (await fileExists(file)) {
    await refuseLfsPointers([file]);
    return { path: file, prefix: tensorPrefix(path) };
  }
  const pickle = join(folder, path, "pytorch_model.bin");
  throw new ModelError("weights_missing", `The step ${type} of modules.json has no weights: ${file} is not there.`, {
    hint: (await fileExists(pickle))
      ? `${pickle} is a pickle, which can run code; convert it once, in that folder, with: ${CONVERSION_OF_STEP}`
      : "Fetch all files of the model, those in subfolders too.",
    details: { file, type },
  });
}

const CONVERSION_OF_STEP = `python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('pytorch_model.bin', weights_only=True), 'model.safetensors')"`;

// A class of another package, such as custom_st.Transformer, is code that comes with the model.
function className({ type }: Module): string | undefined {
  return type.startsWith("sentence_transformers.") ? type.split(".").at(-1) : undefined;
}

function missingConfig(file: string, { type }: Module): ModelError {
  return new ModelError("model_invalid", `The step ${type} of modules.json has no ${file}.`, {
    hint: "Fetch all files of the model, those in subfolders too.",
    details: { file, type },
  });
}

function unsupported(folder: string, type: string | undefined): ModelError {
  const supported = ["Transformer", ...Object.keys(stepTypes), DROPOUT];
  const asked = type === undefined ? "is empty" : `asks for the unsupported step ${JSON.stringify(type)}`;
  return new ModelError("architecture_unsupported", `The modules.json of the model folder ${folder} ${asked}.`, {
    hint: `A model begins with a Transformer; the supported steps of sentence_transformers are ${supported.join(", ")}.`,
    details: { folder, type, supported },
  });
}
