import { z } from "zod";

import type { ModelSourceOptions } from "./hub/model-source.ts";
import { openParts } from "./load-model.ts";
import type { OpenedModel } from "./load-model.ts";
import { fingerprint } from "./model-folder/fingerprint.ts";
import { listFiles } from "./model-folder/list-files.ts";
import { SENTENCE_MODEL } from "./model-folder/read-steps.ts";
import { locateModel } from "./model-folder/sources.ts";
import { modelIdentity } from "./model-identity.ts";
import type { ModelInspection } from "./model-inspection.ts";
import { emitOnnxModel } from "./onnx-model.ts";
import { excludesPrompt, vectorSize } from "./steps/registry.ts";
import type { SentenceStep } from "./steps/registry.ts";
import { isFloatDtype } from "./weights/dtype.ts";
import type { Checkpoint } from "./weights/weights.ts";

/**
 * What a model is, without loading its weights: its files are listed, its configuration and tokenizer read, the headers of its weights
 * compared with what the architecture expects. A model that can be inspected can be loaded, unless its numbers themselves are damaged.
 *
 * Nothing is downloaded: a hub id must be in the local cache.
 * @param model the names that `SentenceTransformer.load` takes.
 * @throws {ModelError} all that loading throws before it computes.
 */
export async function inspectModel(
  model?: string,
  source: Pick<ModelSourceOptions, "revision" | "cacheFolder" | "signal"> = {},
): Promise<ModelInspection> {
  const offline = { ...source, offline: true };
  const opened = await openParts(model, offline);
  const located = await locateModel(model, offline);
  const { folder, checkpoint } = opened;
  const files = await listFiles(folder.path);
  return {
    name: folder.name,
    kind: folder.modelType,
    ...(await vectors(opened)),
    source: { origin: located?.origin ?? "folder", path: folder.path, commit: located?.commit ?? null },
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    architecture: { ...architecture(opened), ...parameters(checkpoint, { exported: folder.onnx !== undefined }) },
    steps: folder.steps.map(asDocument),
    max_seq_length: folder.maxSeqLength,
    similarity: folder.similarity,
    prompts: { ...folder.prompts },
    default_prompt_name: folder.defaultPromptName ?? null,
    tokenizer: tokenizer(opened),
  };
}

async function vectors(opened: OpenedModel): Promise<Pick<ModelInspection, "identity" | "dimension">> {
  const { folder, checkpoint } = opened;
  const isSentenceModel = folder.modelType === SENTENCE_MODEL;
  checkWeights(opened, isSentenceModel);
  if (!isSentenceModel) return { identity: null, dimension: null };
  const { maxSeqLength, truncateDim } = folder;
  const hash = await fingerprint(checkpoint, folder);
  return {
    identity: modelIdentity(folder, { maxSeqLength, hash, truncateDim }),
    dimension: Math.min(truncateDim ?? Infinity, vectorSize(folder.steps, folder.encoder)),
  };
}

// Building the graph asks for every tensor by name and shape; some kilobytes are made and thrown away.
function checkWeights({ folder, checkpoint }: OpenedModel, isSentenceModel: boolean): void {
  const outputs = [isSentenceModel ? "sentence_embedding" : "last_hidden_state"] as const;
  emitOnnxModel(folder, checkpoint, { outputs, poolingMask: isSentenceModel && excludesPrompt(folder.steps) });
}

function architecture({ folder: { encoder } }: OpenedModel) {
  const { shape, hiddenSize, maxPositions, vocabularySize } = encoder;
  return {
    model_type: shape?.modelType ?? null,
    layers: shape?.layers ?? null,
    heads: shape?.heads ?? null,
    hidden_size: hiddenSize,
    max_positions: maxPositions,
    vocabulary_size: vocabularySize < Number.MAX_SAFE_INTEGER ? vocabularySize : null,
  };
}

function parameters(
  { tensors }: Checkpoint,
  { exported }: { readonly exported: boolean },
): Pick<ModelInspection["architecture"], "parameters" | "dtypes"> {
  const dtypes: Record<string, number> = {};
  // Integer tensors are tables of positions and the like, nothing that was learned.
  for (const { dtype, shape } of [...tensors.values()].filter((tensor) => isFloatDtype(tensor.dtype)))
    dtypes[dtype] = (dtypes[dtype] ?? 0) + shape.reduce((product, size) => product * size, 1);
  const all = Object.values(dtypes).reduce((sum, numbers) => sum + numbers, 0);
  return { parameters: exported ? null : all, dtypes };
}

/** A step with its settings named as in the files of sentence-transformers: `include_prompt`. */
function asDocument({ kind, ...settings }: SentenceStep): ModelInspection["steps"][number] {
  return { kind, ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [snakeCase(name), value])) };
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const TokenizerKind = z.object({
  model: z.object({ type: z.string().optional() }),
  added_tokens: z
    .array(z.object({ id: z.int().nonnegative(), content: z.string(), special: z.boolean().default(false) }))
    .default([]),
});

function tokenizer({ folder, tokenizer }: OpenedModel): ModelInspection["tokenizer"] {
  // Checked before, when the tokenizer was made of it.
  const { model, added_tokens: added } = TokenizerKind.parse(folder.tokenizerJson.json);
  return {
    kind: model.type ?? "BPE", // files without a type are from before there was any other
    vocabulary_size: tokenizer.vocabularySize,
    special_tokens: added.filter(({ special }) => special).map(({ id, content }) => ({ id, content })),
    special_tokens_per_text: tokenizer.specialTokens,
    lower_case: folder.lowerCase,
  };
}
