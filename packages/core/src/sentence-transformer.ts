import { encodeTexts } from "./encode-texts.ts";
import type { EncodeProgress } from "./encode-texts.ts";
import { ModelError } from "./errors.ts";
import { fingerprint } from "./model-folder/fingerprint.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import { openModel } from "./model-folder/sources.ts";
import { emitOnnxModel } from "./onnx-model.ts";
import { describeSteps, isNormalized, vectorSize } from "./steps/registry.ts";
import { InferencePool } from "./tensors/inference-pool.ts";
import type { Priority } from "./tensors/job-queue.ts";
import { threadBudget } from "./tensors/thread-budget.ts";
import type { ThreadOptions } from "./tensors/thread-budget.ts";
import { Tokenizer } from "./tokens/tokenizer.ts";
import { normalize as normalizeVector } from "./vectors/normalize.ts";
import { similarityMatrix } from "./vectors/similarity.ts";
import { openCheckpoint } from "./weights/weights.ts";

export interface LoadOptions extends ThreadOptions {
  /** Longest input in tokens, special tokens included; what follows is cut off. @default what the model folder says */
  readonly maxSeqLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Queries are computed before documents that wait. @default "document" */
  readonly priority?: Priority | undefined;
  /** Scales the vectors to length 1 where the model does not do so by itself. @default false */
  readonly normalize?: boolean | undefined;
  /** Stands before every text. */
  readonly prompt?: string | undefined;
  /** Takes one of the model's own prompts. @default the model's default prompt, mostly none */
  readonly promptName?: string | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** Texts in, vectors out. Load it once, share it between concurrent calls, dispose it when done. */
export class SentenceTransformer implements AsyncDisposable {
  readonly #folder: ModelFolder;
  readonly #pool: InferencePool;

  /** What decides the vectors: `name@hash:pooling:normalized:maxSeqLength`, the hash being of weights and tokenizer. */
  readonly model: string;
  readonly tokenizer: Tokenizer;
  /** Components of a vector. */
  readonly dimension: number;
  /** Longest input in tokens, special tokens included. */
  readonly maxSeqLength: number;

  /**
   * @param model a folder, `npm:<package>[/folder]`, or a Hugging Face id in the local cache. @default all-MiniLM-L6-v2
   * @throws {ModelError} when the model is missing, incomplete, damaged or of an unsupported kind.
   */
  static async load(
    model?: string,
    { maxSeqLength, signal, ...threads }: LoadOptions = {},
  ): Promise<SentenceTransformer> {
    signal?.throwIfAborted();
    const folder = await openModel(model);
    const tokenizer = await Tokenizer.fromJson(folder.tokenizerJson, folder);
    const limit = checkLimit(maxSeqLength ?? folder.maxSeqLength, { folder, tokenizer });
    const checkpoint = await openCheckpoint(folder.weightFiles);
    const { bytes, weightsFolder } = emitOnnxModel(folder, checkpoint, { attentionMask: false });
    const identity = describe(folder, {
      maxSeqLength: limit,
      hash: await fingerprint(checkpoint, folder.tokenizerJson),
    });
    signal?.throwIfAborted();
    const shares = threadBudget(threads);
    const pool = await InferencePool.open(
      { model: bytes, weightsFolder, threads: shares.threads },
      { workers: shares.workers },
    );
    const loaded = new SentenceTransformer({ folder, pool, tokenizer, model: identity, maxSeqLength: limit });
    if (signal?.aborted) await loaded[Symbol.asyncDispose]();
    signal?.throwIfAborted();
    return loaded;
  }

  private constructor({ folder, pool, tokenizer, model, maxSeqLength }: Parts) {
    this.#folder = folder;
    this.#pool = pool;
    this.tokenizer = tokenizer;
    this.model = model;
    this.maxSeqLength = maxSeqLength;
    this.dimension = vectorSize(folder.steps, folder.encoder);
  }

  /** Longest text that is not cut off, in the tokens that `countTokens` counts. */
  get maxTokens(): number {
    return this.maxSeqLength - this.tokenizer.specialTokens;
  }

  /**
   * One vector for each text, in order; the rows of one call are views on one buffer.
   * @throws {ModelError} `input_invalid`, `inference_failed` or `disposed`; an abort throws the signal's reason.
   */
  encode(text: string, options?: EncodeOptions): Promise<Float32Array>;
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array[]>;
  async encode(input: string | readonly string[], options?: EncodeOptions): Promise<Float32Array | Float32Array[]> {
    return typeof input === "string" ? this.#encodeOne(input, options) : this.#encodeAll(input, options);
  }

  /** `encode` for search queries: with the model's query prompt if it has one, and before documents that wait. */
  encodeQuery(text: string, options?: EncodeOptions): Promise<Float32Array>;
  encodeQuery(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array[]>;
  async encodeQuery(
    input: string | readonly string[],
    options?: EncodeOptions,
  ): Promise<Float32Array | Float32Array[]> {
    const asQuery = { priority: "query", promptName: this.#firstPrompt(["query"]), ...options } as const;
    return typeof input === "string" ? this.#encodeOne(input, asQuery) : this.#encodeAll(input, asQuery);
  }

  /** `encode` for texts to be found: with the model's document prompt if it has one. */
  encodeDocument(text: string, options?: EncodeOptions): Promise<Float32Array>;
  encodeDocument(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array[]>;
  async encodeDocument(
    input: string | readonly string[],
    options?: EncodeOptions,
  ): Promise<Float32Array | Float32Array[]> {
    const asDocument = { promptName: this.#firstPrompt(["document", "passage", "corpus"]), ...options };
    return typeof input === "string" ? this.#encodeOne(input, asDocument) : this.#encodeAll(input, asDocument);
  }

  /** Tokens of each text, without special tokens and without truncation. */
  countTokens(texts: readonly string[], { signal }: { signal?: AbortSignal | undefined } = {}): Promise<number[]> {
    return this.tokenizer.countTokens(texts, { signal });
  }

  /** Every vector of `a` against every vector of `b`, by the similarity that the model was trained for. */
  similarity(a: readonly Float32Array[], b: readonly Float32Array[]): Float32Array[] {
    return similarityMatrix(a, b, this.#folder.similarity);
  }

  /** Ends the worker threads; calls that wait are rejected with `disposed`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  async #encodeOne(text: string, options?: EncodeOptions): Promise<Float32Array> {
    const [vector] = await this.#encodeAll([text], options);
    return vector ?? new Float32Array(this.dimension);
  }

  async #encodeAll(
    texts: readonly string[],
    { normalize = false, prompt, promptName, ...options }: EncodeOptions = {},
  ): Promise<Float32Array[]> {
    checkTexts(texts);
    const prefix = prompt ?? this.#promptNamed(promptName ?? this.#folder.defaultPromptName);
    const vectors = await encodeTexts(prefix === "" ? texts : texts.map((text) => prefix + text), this.#parts(), {
      ...options,
      maxLength: this.maxSeqLength,
      dimension: this.dimension,
    });
    return normalize && !isNormalized(this.#folder.steps) ? vectors.map(normalizeVector) : vectors;
  }

  #parts(): { tokenizer: Tokenizer; pool: InferencePool } {
    return { tokenizer: this.tokenizer, pool: this.#pool };
  }

  #firstPrompt(names: readonly string[]): string | undefined {
    return names.find((name) => Object.hasOwn(this.#folder.prompts, name));
  }

  #promptNamed(name: string | undefined): string {
    if (name === undefined) return "";
    const prompt = Object.hasOwn(this.#folder.prompts, name) ? this.#folder.prompts[name] : undefined;
    if (prompt !== undefined) return prompt;
    throw new ModelError("input_invalid", `The model has no prompt named ${JSON.stringify(name)}.`, {
      details: { prompts: Object.keys(this.#folder.prompts) },
    });
  }
}

interface Parts {
  readonly folder: ModelFolder;
  readonly pool: InferencePool;
  readonly tokenizer: Tokenizer;
  readonly model: string;
  readonly maxSeqLength: number;
}

function describe(
  { name, steps }: ModelFolder,
  { maxSeqLength, hash }: { maxSeqLength: number; hash: string },
): string {
  return `${name}@${hash}:${describeSteps(steps)}:${maxSeqLength}`;
}

function checkLimit(limit: number, { folder, tokenizer }: { folder: ModelFolder; tokenizer: Tokenizer }): number {
  const { maxPositions } = folder.encoder;
  if (Number.isInteger(limit) && limit > tokenizer.specialTokens && limit <= maxPositions) return limit;
  throw new ModelError("input_invalid", `maxSeqLength ${limit} does not fit the model.`, {
    hint: `Choose a whole number from ${tokenizer.specialTokens + 1} to ${maxPositions}.`,
  });
}

function checkTexts(texts: readonly unknown[]): void {
  const index = texts.findIndex((text) => typeof text !== "string");
  if (index === -1) return;
  throw new ModelError("input_invalid", `Text ${index} is a ${typeof texts[index]}, not a string.`, {
    details: { index },
  });
}
