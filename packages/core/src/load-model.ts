import { checkCount } from "./check-inputs.ts";
import { ModelError } from "./errors.ts";
import type { ModelSourceOptions, PullProgress } from "./hub/model-source.ts";
import { openModel } from "./model-folder/sources.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import { emitForWorkers, withWeightBytes } from "./onnx-model.ts";
import type { OnnxModelOptions } from "./onnx-model.ts";
import { LARGEST_PRODUCTS, requireExactProducts } from "./quantization/exact-products.ts";
import type { ModelPrecision } from "./quantization/model-precision.ts";
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
export interface ModelLoadOptions extends SourceOptions, ThreadOptions {
  /** What the encoder is computed in; models with another precision are other models. @default "fp32" */
  readonly precision?: ModelPrecision | undefined;
}

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
export async function openFolder(model: string | undefined, options: SourceOptions): Promise<OpenedFolder> {
  const folder = await findFolder(model, options);
  return { folder, tokenizer: await openTokenizer(folder, options) };
}

/** `openFolder` for a look at what would be computed. @throws {ModelError} */
export async function openParts(model: string | undefined, options: SourceOptions): Promise<OpenedModel> {
  const opened = await openFolder(model, options);
  return { ...opened, checkpoint: await openCheckpoint(opened.folder.weightFiles) };
}

/** What one kind of model needs to compute. */
export interface ModelPlan<Settings> {
  /** The graph that a folder asks for. */
  readonly graph: (folder: ModelFolder) => OnnxModelOptions;
  /** Checks the caller's options, and reads what else there is to know. */
  readonly prepare: (opened: OpenedModel) => Promise<Settings>;
}

/**
 * Opens a model to compute with: a worker thread opens the first session while this one reads the tokenizer. After a
 * failure or an abort no worker is left.
 * @throws {ModelError}
 */
export async function startModel<Settings>(
  model: string | undefined,
  options: ModelLoadOptions,
  { graph, prepare }: ModelPlan<Settings>,
): Promise<{ readonly pool: InferencePool; readonly settings: Settings }> {
  const folder = await findFolder(model, options);
  const checkpoint = await openCheckpoint(folder.weightFiles);
  const opening = openPool({ folder, checkpoint }, { ...options, graph: graph(folder) });
  const preparing = openTokenizer(folder, options).then((tokenizer) => prepare({ folder, checkpoint, tokenizer }));
  const [pool, settings] = await Promise.allSettled([opening, preparing]);
  if (settings.status === "fulfilled" && pool.status === "fulfilled") {
    return { pool: pool.value, settings: settings.value };
  }
  if (pool.status === "fulfilled") await pool.value[Symbol.asyncDispose]();
  throw settings.status === "rejected" ? settings.reason : (pool as PromiseRejectedResult).reason;
}

async function openPool(
  { folder, checkpoint }: Pick<OpenedModel, "folder" | "checkpoint">,
  { graph, workers, threads, precision, signal }: ModelLoadOptions & { readonly graph: OnnxModelOptions },
): Promise<InferencePool> {
  if (workers !== undefined) checkCount("workers", workers);
  if (threads !== undefined) checkCount("threads", threads);
  const { preparation, ...model } = emitForWorkers(folder, checkpoint, await withWeightBytes({ ...graph, precision }));
  const shares = threadBudget({ workers, threads });
  const cores = shares.workers * shares.threads; // while one worker prepares the model the others have not started
  const setup = {
    ...model,
    threads: shares.threads,
    ...(preparation && { preparation: { ...preparation, threads: cores } }),
  };
  const pool = await InferencePool.open(setup, { workers: shares.workers });
  try {
    signal?.throwIfAborted();
    const products = pool.reported[LARGEST_PRODUCTS];
    if (products !== undefined) requireExactProducts(products.data);
    return pool;
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

async function findFolder(
  model: string | undefined,
  { revision, offline, token, endpoint, cacheFolder, onDownload, signal }: SourceOptions,
): Promise<ModelFolder> {
  signal?.throwIfAborted();
  return openModel(model, { revision, offline, token, endpoint, cacheFolder, signal, onProgress: onDownload });
}

async function openTokenizer(folder: ModelFolder, { signal }: SourceOptions): Promise<Tokenizer> {
  const tokenizer = await Tokenizer.fromJson(folder.tokenizerJson, folder);
  if (tokenizer.vocabularySize > folder.encoder.vocabularySize) throw vocabularyTooLarge(folder, tokenizer);
  signal?.throwIfAborted();
  return tokenizer;
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
