import { openModel } from "./model-folder/sources.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import { emitOnnxModel } from "./onnx-model.ts";
import type { OnnxModelOptions } from "./onnx-model.ts";
import { InferencePool } from "./tensors/inference-pool.ts";
import { threadBudget } from "./tensors/thread-budget.ts";
import type { ThreadOptions } from "./tensors/thread-budget.ts";
import { Tokenizer } from "./tokens/tokenizer.ts";
import { openCheckpoint } from "./weights/weights.ts";
import type { Checkpoint } from "./weights/weights.ts";

/** What every model takes when it is loaded. */
export interface ModelLoadOptions extends ThreadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A folder that has been read, with its tokenizer and its weights' headers, before anything is computed. */
export interface OpenedModel {
  readonly folder: ModelFolder;
  readonly tokenizer: Tokenizer;
  readonly checkpoint: Checkpoint;
}

/** The one way from a model's name to its parts: find, read, check. @throws {ModelError} */
export async function openParts(model: string | undefined, { signal }: ModelLoadOptions): Promise<OpenedModel> {
  signal?.throwIfAborted();
  const folder = await openModel(model);
  const tokenizer = await Tokenizer.fromJson(folder.tokenizerJson, folder);
  const checkpoint = await openCheckpoint(folder.weightFiles);
  signal?.throwIfAborted();
  return { folder, tokenizer, checkpoint };
}

/** Builds the graph and opens the first session; after an abort no worker is left. @throws {ModelError} */
export async function openPool(
  { folder, checkpoint }: OpenedModel,
  { graph, signal, ...threads }: ModelLoadOptions & { readonly graph: OnnxModelOptions },
): Promise<InferencePool> {
  signal?.throwIfAborted();
  const { bytes, weightsFolder, encoderFile } = emitOnnxModel(folder, checkpoint, graph);
  const shares = threadBudget(threads);
  const pool = await InferencePool.open(
    { model: bytes, weightsFolder, encoderFile, threads: shares.threads },
    { workers: shares.workers },
  );
  if (signal?.aborted) await pool[Symbol.asyncDispose]();
  signal?.throwIfAborted();
  return pool;
}
