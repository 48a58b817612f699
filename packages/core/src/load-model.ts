import { checkCount } from "./check-inputs.ts";
import { ModelError } from "./errors.ts";
import type { ModelSourceOptions, PullProgress } from "./hub/model-source.ts";
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

/** Where a model comes from when its name is a Hugging Face id, and how the download goes. */
export interface SourceOptions extends Omit<ModelSourceOptions, "onProgress"> {
  /** Called while files of the model are downloaded. */
  readonly onDownload?: ((progress: PullProgress) => void) | undefined;
}

/** What every model takes when it is loaded. */
export interface ModelLoadOptions extends SourceOptions, ThreadOptions {}

/** A folder that has been read, and its tokenizer. */
export interface OpenedFolder {
  readonly folder: ModelFolder;
  readonly tokenizer: Tokenizer;
}

/** The same with the headers of its weights. */
export interface OpenedModel extends OpenedFolder {
  readonly checkpoint: Checkpoint;
}

/** The one way from a model's name to its folder and tokenizer: find or download, read, check. @throws {ModelError} */
export async function openFolder(
  model: string | undefined,
  { revision, offline, token, endpoint, cacheFolder, onDownload, signal }: SourceOptions,
): Promise<OpenedFolder> {
  signal?.throwIfAborted();
  const source = { revision, offline, token, endpoint, cacheFolder, signal, onProgress: onDownload };
  const folder = await openModel(model, source);
  const tokenizer = await Tokenizer.fromJson(folder.tokenizerJson, folder);
  if (tokenizer.vocabularySize > folder.encoder.vocabularySize) throw vocabularyTooLarge(folder, tokenizer);
  signal?.throwIfAborted();
  return { folder, tokenizer };
}

/** `openFolder` for what is to be computed. @throws {ModelError} */
export async function openParts(model: string | undefined, options: SourceOptions): Promise<OpenedModel> {
  const opened = await openFolder(model, options);
  return { ...opened, checkpoint: await openCheckpoint(opened.folder.weightFiles) };
}

/** Builds the graph and opens the first session. After a failure or an abort no worker is left. @throws {ModelError} */
export async function openPool(
  { folder, checkpoint }: OpenedModel,
  { graph, workers, threads, signal }: ModelLoadOptions & { readonly graph: OnnxModelOptions },
): Promise<InferencePool> {
  if (workers !== undefined) checkCount("workers", workers);
  if (threads !== undefined) checkCount("threads", threads);
  signal?.throwIfAborted();
  const { bytes, weightsFolder, encoderFile } = emitOnnxModel(folder, checkpoint, graph);
  const shares = threadBudget({ workers, threads });
  const setup = { model: bytes, weightsFolder, encoderFile, threads: shares.threads };
  const pool = await InferencePool.open(setup, { workers: shares.workers });
  if (signal?.aborted) await pool[Symbol.asyncDispose]();
  signal?.throwIfAborted();
  return pool;
}

// Such an id would be looked up beyond the end of the table, and fail the text that holds it long after loading.
function vocabularyTooLarge({ name, encoder }: ModelFolder, { vocabularySize }: Tokenizer): ModelError {
  return new ModelError(
    "model_invalid",
    `The tokenizer of ${name} numbers its tokens up to ${vocabularySize - 1}, but its word table has ${encoder.vocabularySize} rows.`,
    {
      hint: "Check that tokenizer.json and config.json belong to the same model.",
      details: { model: name, vocabularySize, rows: encoder.vocabularySize },
    },
  );
}
