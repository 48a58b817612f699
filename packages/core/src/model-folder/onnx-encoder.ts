import { dirname, join } from "node:path";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import type { ConfiguredEncoder } from "../models/registry.ts";
import { readOnnxSignature } from "../onnx-file/onnx-signature.ts";
import type { OnnxSignature, OnnxValue } from "../onnx-file/onnx-signature.ts";
import type { EncoderFile } from "../tensors/inference-message.ts";
import { fileExists } from "./file-presence.ts";
import { refuseLfsPointers } from "./lfs-pointer.ts";
import { isInside } from "./model-config.ts";

/** The ONNX file of a folder that has no safetensors weights, and what the rest of the engine asks of an encoder. */
export interface OnnxEncoder {
  readonly file: EncoderFile;
  /** The ONNX file and those that hold its weights. */
  readonly files: readonly string[];
  readonly encoder: ConfiguredEncoder;
}

const CANDIDATES = ["model.onnx", join("onnx", "model.onnx")];

/** Where a folder has its ONNX model, or `undefined`. Quantized variants under other names are not guessed at. */
export async function findOnnxFile(folder: string): Promise<string | undefined> {
  for (const candidate of CANDIDATES) {
    const file = join(folder, candidate);
    if (await fileExists(file)) return file;
  }
  return undefined;
}

/**
 * Reads what an exported encoder takes and gives. Its own graph is computed as it is, whatever the architecture.
 * @throws {ModelError} `model_invalid`, `weights_missing` or `architecture_unsupported`.
 */
export async function readOnnxEncoder(path: string, config: unknown): Promise<OnnxEncoder> {
  await refuseLfsPointers([path]);
  const signature = await readOnnxSignature(path);
  if (!signature.dataFiles.every(isInside)) throw invalid(path, "keeps its weights outside of its own folder");
  const files = [path, ...signature.dataFiles.map((file) => join(dirname(path), file))];
  for (const file of files) if (!(await fileExists(file))) throw missingData(path, file);
  const output = hiddenStatesOf(path, signature);
  const file: EncoderFile = { path, inputs: inputsOf(path, signature), output: output.name };
  return { file, files, encoder: configure(path, config, output) };
}

const OnnxConfig = z.object({
  model_type: z.string(),
  hidden_size: z.int().positive().optional(),
  dim: z.int().positive().optional(), // DistilBERT
  d_model: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
  n_positions: z.int().positive().optional(),
  pad_token_id: z.int().nonnegative().nullish(),
  vocab_size: z.int().positive().optional(),
});

// Their position tables begin with rows for the padding: a table of 514 rows takes 512 tokens.
const OFFSET_POSITIONS = new Set(["roberta", "xlm-roberta", "camembert", "mpnet", "xlm-roberta-xl", "data2vec-text"]);
const USUAL_POSITIONS = 512; // where config.json does not say how many
const MAX_HIDDEN_SIZE = 65_536; // many times the widest encoder: a hostile file may not choose how much is allocated
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

function configure(path: string, json: unknown, output: OnnxValue): ConfiguredEncoder {
  const parsed = OnnxConfig.safeParse(json);
  if (!parsed.success) throw invalid(path, `has an unusable config.json: ${z.prettifyError(parsed.error)}`);
  const config = parsed.data;
  const fromConfig = config.hidden_size ?? config.dim ?? config.d_model;
  const fromGraph = output.dims?.at(-1);
  const hiddenSize = fromGraph ?? fromConfig;
  const disagree = fromConfig !== undefined && fromConfig !== hiddenSize;
  if (hiddenSize === undefined || disagree || hiddenSize < 1 || hiddenSize > MAX_HIDDEN_SIZE) {
    throw invalid(
      path,
      `gives hidden states of ${fromGraph ?? "unknown"} components where config.json says ${fromConfig ?? "nothing"}`,
    );
  }
  const rows = config.max_position_embeddings ?? config.n_positions ?? USUAL_POSITIONS;
  const offset = OFFSET_POSITIONS.has(config.model_type) ? (config.pad_token_id ?? 1) + 1 : 0;
  return {
    hiddenSize,
    maxPositions: rows - offset,
    vocabularySize: config.vocab_size ?? NO_LIMIT,
    labels: 0,
    rootNames: { marker: "", prefixes: [] },
    build: (graph) => graph.input("hidden_states", { type: "float32", dims: ["batch", "sequence", hiddenSize] }),
  };
}

const ELEMENT_TYPES: Readonly<Record<number, "int32" | "int64">> = { 6: "int32", 7: "int64" };
const FLOAT32 = 1;

// What transformers' exporters name their inputs. Without a mask no row is padded, without types all have type 0.
const KNOWN_INPUTS = new Set(["input_ids", "attention_mask", "token_type_ids"]);

function inputsOf(path: string, { inputs }: OnnxSignature): EncoderFile["inputs"] {
  const unknown = inputs.filter(
    ({ name, elementType = 0 }) => !KNOWN_INPUTS.has(name) || !(elementType in ELEMENT_TYPES),
  );
  if (unknown.length > 0 || !inputs.some(({ name }) => name === "input_ids")) {
    throw unsupported(
      path,
      `takes ${names(inputs)}`,
      `The inputs can be ${[...KNOWN_INPUTS].join(", ")}, of integers.`,
    );
  }
  return Object.fromEntries(inputs.map(({ name, elementType = 0 }) => [name, ELEMENT_TYPES[elementType] ?? "int64"]));
}

const HIDDEN_STATES = ["last_hidden_state", "token_embeddings"];

function hiddenStatesOf(path: string, { outputs }: OnnxSignature): OnnxValue {
  const [first] = outputs;
  const named = HIDDEN_STATES.map((name) => outputs.find((output) => output.name === name)).find(Boolean);
  const output = named ?? (isTokenwise(first) ? first : undefined);
  if (output?.elementType === FLOAT32) return output;
  throw unsupported(
    path,
    `gives ${names(outputs)}`,
    "Export the encoder with last_hidden_state [batch, sequence, hidden] as float32; pooling comes after it.",
  );
}

function isTokenwise(output: OnnxValue | undefined): boolean {
  return output?.dims === undefined || output.dims.length === 3;
}

function names(values: readonly OnnxValue[]): string {
  return values.map(({ name, elementType }) => `${name} (type ${elementType})`).join(", ");
}

function missingData(path: string, file: string): ModelError {
  return new ModelError("weights_missing", `The weights of ${path} are not there: ${file}.`, {
    hint: "Fetch all files of the model.",
    details: { file },
  });
}

function invalid(path: string, problem: string): ModelError {
  return new ModelError("model_invalid", `The ONNX model ${path} ${problem}.`, {
    hint: "Check that the ONNX file and config.json belong to one model.",
    details: { file: path },
  });
}

function unsupported(path: string, problem: string, hint: string): ModelError {
  return new ModelError("architecture_unsupported", `The ONNX model ${path} ${problem}.`, {
    hint,
    details: { file: path },
  });
}
