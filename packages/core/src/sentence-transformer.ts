import { checkCount, checkMaxSeqLength, checkTexts } from "./check-inputs.ts";
import type { Encoded, EncodedInput, EncodeOptions, OutputValue, TextInput } from "./encode-options.ts";
import { encodeStream } from "./encode-stream.ts";
import type { StreamOptions, TextStream } from "./encode-stream.ts";
import { textSource } from "./encode-texts.ts";
import type { TextPrefix } from "./encode-texts.ts";
import { startModel } from "./load-model.ts";
import type { ModelLoadOptions, OpenedModel } from "./load-model.ts";
import { fingerprint } from "./model-folder/fingerprint.ts";
import { requireSentenceModel } from "./model-folder/model-folder.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import { modelIdentity } from "./model-identity.ts";
import { outputNamed } from "./outputs.ts";
import type { SentenceEncoder } from "./outputs.ts";
import { promptLength, SentencePrompts } from "./prompts.ts";
import type { PromptChoice, Prompts } from "./prompts.ts";
import { excludesPrompt, featureSizes, isNormalized, vectorSize } from "./steps/registry.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";
import type { Precision } from "./vectors/precision.ts";
import { similarityMatrix, similarityPairwise } from "./vectors/similarity.ts";
import type { SimilarityName } from "./vectors/similarity.ts";

/** How a model of sentence vectors is loaded. */
export interface LoadOptions extends ModelLoadOptions {
  /** Longest input in tokens, special tokens included; what follows is cut off. @default what the model folder says */
  readonly maxSeqLength?: number | undefined;
  /** Keeps the first components of every vector, at most as many as it has (Matryoshka models). @default all of them */
  readonly truncateDim?: number | undefined;
}

/** Texts in, vectors out. Load it once, share it between concurrent calls, dispose it when done. */
export class SentenceTransformer implements AsyncDisposable {
  readonly #folder: ModelFolder;
  readonly #prompts: SentencePrompts;
  readonly #encoder: SentenceEncoder;

  /**
   * What decides the vectors: `name@hash:pooling:normalized:maxSeqLength`, the hash being of weights and tokenizer, and
   * `:first-<n>` behind it where they are truncated and `:int8` where that is the precision.
   */
  readonly model: string;
  readonly tokenizer: Tokenizer;
  /** Components of a vector. */
  readonly dimension: number;
  /** Longest input in tokens, special tokens included. */
  readonly maxSeqLength: number;

  /**
   * @param model a folder, `npm:<package>[/folder]`, or a Hugging Face id, which is taken from the local cache or
   * downloaded into it. @default all-MiniLM-L6-v2
   * @throws {ModelError} when the model is missing, incomplete, damaged or of an unsupported kind, and `input_invalid`
   * for options that do not fit it; an abort throws the signal's reason. No thread is left behind.
   */
  static async load(model?: string, options: LoadOptions = {}): Promise<SentenceTransformer> {
    const { pool, settings } = await startModel(model, options, {
      graph: ({ steps }) => ({
        outputs: ["sentence_embedding", "token_embeddings"],
        attentionMask: false,
        poolingMask: excludesPrompt(steps),
      }),
      prepare: (opened) => prepare(opened, options),
    });
    return new SentenceTransformer({ ...settings, encoder: { ...settings.encoder, pool } });
  }

  private constructor({ folder, prompts, encoder, identity }: Parts) {
    this.#folder = folder;
    this.#prompts = prompts;
    this.#encoder = encoder;
    this.model = identity;
    this.tokenizer = encoder.tokenizer;
    this.maxSeqLength = encoder.maxLength;
    this.dimension = encoder.dimension;
  }

  /** Longest text that is not cut off, in the tokens that `countTokens` counts. */
  get maxTokens(): number {
    return this.maxSeqLength - this.tokenizer.specialTokens;
  }

  /** What `promptName` can choose; `query` and `document` are always there, empty when the model has none. */
  get prompts(): Prompts {
    return this.#prompts.prompts;
  }

  /** The prompt that `encode` puts before texts unless told otherwise; mostly none. */
  get defaultPromptName(): string | undefined {
    return this.#prompts.defaultName;
  }

  /** How the model's vectors are compared. */
  get similarityFunction(): SimilarityName {
    return this.#folder.similarity;
  }

  /**
   * One vector for each text, in order: `dimension` float32 components unless the options say otherwise. The vectors
   * of one call are views on one buffer.
   * @throws {ModelError} `input_invalid`, `inference_failed` or `disposed`; an abort throws the signal's reason.
   */
  encode<Input extends TextInput, P extends Precision = "float32", V extends OutputValue = "sentence_embedding">(
    input: Input,
    options: EncodeOptions<P, V> = {},
  ): Promise<EncodedInput<Input, P, V>> {
    return this.#encode(input, options);
  }

  /** `encode` for search queries: with the prompt `query` in place of the default, and before documents that wait. */
  encodeQuery<Input extends TextInput, P extends Precision = "float32", V extends OutputValue = "sentence_embedding">(
    input: Input,
    options: EncodeOptions<P, V> = {},
  ): Promise<EncodedInput<Input, P, V>> {
    return this.#encode(input, {
      ...options,
      ...this.#prompts.forQuery(options),
      priority: options.priority ?? "query",
    });
  }

  /**
   * `encode` for texts to be found: with the model's first prompt of `document`, `passage` and `corpus` in place of
   * the default.
   */
  encodeDocument<
    Input extends TextInput,
    P extends Precision = "float32",
    V extends OutputValue = "sentence_embedding",
  >(input: Input, options: EncodeOptions<P, V> = {}): Promise<EncodedInput<Input, P, V>> {
    return this.#encode(input, { ...options, ...this.#prompts.forDocument(options) });
  }

  /**
   * `encode` for texts that come one after another and need not fit into memory: their vectors in the same order. A
   * few thousand texts are held at a time, the next are read only as vectors are taken, and leaving the loop early
   * closes `texts`.
   * @throws {ModelError} when the first vector is asked for, `input_invalid`, also for `int8` and `uint8` without
   * ranges; then `inference_failed` or `disposed`. An abort throws the signal's reason, and what `texts` throws is
   * thrown behind the vectors of the windows before.
   */
  async *encodeStream<P extends Precision = "float32", V extends OutputValue = "sentence_embedding">(
    texts: TextStream,
    { kind = "text", prompt, promptName, outputValue, ...options }: StreamOptions<P, V> = {},
  ): AsyncGenerator<Encoded<P, V>, void, void> {
    const prefix = await this.#prefix(this.#prompts.forKind(kind, { prompt, promptName }));
    const priority = options.priority ?? (kind === "query" ? "query" : "document");
    const output = outputNamed(outputValue ?? "sentence_embedding");
    const parts = { encoder: this.#encoder, prefix, output };
    yield* encodeStream(texts, parts, { ...options, priority }) as AsyncGenerator<Encoded<P, V>, void, void>;
  }

  /** Tokens of each text, without special tokens and without truncation. */
  countTokens(texts: readonly string[], { signal }: { signal?: AbortSignal | undefined } = {}): Promise<number[]> {
    return this.tokenizer.countTokens(texts, { signal });
  }

  /**
   * Every vector of `a` against every vector of `b`, more being more alike: `matrix[i][j]` is the score of `a[i]` and
   * `b[j]`. Float32 vectors only: steps and bits of quantized ones are no components.
   * @throws {ModelError} `input_invalid` for vectors of different lengths.
   */
  similarity(
    a: readonly Float32Array[],
    b: readonly Float32Array[],
    { similarityFunction = this.similarityFunction }: SimilarityOptions = {},
  ): Float32Array[] {
    return similarityMatrix(a, b, similarityFunction);
  }

  /** The score of `a[i]` and `b[i]` for each i. @throws {ModelError} `input_invalid` for different lengths. */
  similarityPairwise(
    a: readonly Float32Array[],
    b: readonly Float32Array[],
    { similarityFunction = this.similarityFunction }: SimilarityOptions = {},
  ): Float32Array {
    return similarityPairwise(a, b, similarityFunction);
  }

  /** Ends the worker threads; calls that wait are rejected with `disposed`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#encoder.pool[Symbol.asyncDispose]();
  }

  async #encode<Input extends TextInput, P extends Precision, V extends OutputValue>(
    input: Input,
    { prompt, promptName, outputValue, ...options }: EncodeOptions<P, V>,
  ): Promise<EncodedInput<Input, P, V>> {
    const texts: readonly string[] = typeof input === "string" ? [input] : input;
    checkTexts(texts);
    const prefix = await this.#prefix({ prompt, promptName });
    const compute = outputNamed(outputValue ?? "sentence_embedding")(this.#encoder, options, texts.length);
    const results = await compute(textSource(texts, this.#encoder, prefix), options);
    return (typeof input === "string" ? results[0] : results) as EncodedInput<Input, P, V>;
  }

  async #prefix(choice: PromptChoice): Promise<TextPrefix> {
    const prefix = this.#prompts.resolve(choice);
    return { prefix, unpooledTokens: this.#encoder.poolingMask ? await promptLength(prefix, this.#encoder) : 0 };
  }
}

interface Parts<Encoder = SentenceEncoder> {
  readonly folder: ModelFolder;
  readonly prompts: SentencePrompts;
  readonly encoder: Encoder;
  readonly identity: string;
}

/** How two vectors are compared. */
export interface SimilarityOptions {
  /** @default the model's own */
  readonly similarityFunction?: SimilarityName | undefined;
}

// What a caller may set, checked, and what follows from the folder.
async function prepare(
  { folder, tokenizer, checkpoint }: OpenedModel,
  { maxSeqLength, truncateDim, precision }: LoadOptions,
): Promise<Parts<Omit<SentenceEncoder, "pool">>> {
  requireSentenceModel(folder);
  const { encoder, steps } = folder;
  const prompts = new SentencePrompts(folder.prompts, folder.defaultPromptName);
  const fullDimension = vectorSize(steps, encoder);
  const wanted = truncateDim ?? Math.min(folder.truncateDim ?? fullDimension, fullDimension);
  const dimension = checkCount("truncateDim", wanted, { largest: fullDimension });
  const maxLength = checkMaxSeqLength(maxSeqLength ?? folder.maxSeqLength, {
    specialTokens: tokenizer.specialTokens,
    maxPositions: encoder.maxPositions,
  });
  const hash = await fingerprint(checkpoint, folder);
  return {
    folder,
    prompts,
    identity: modelIdentity(folder, { maxSeqLength: maxLength, hash, truncateDim: dimension, precision }),
    encoder: {
      name: folder.name,
      tokenizer,
      maxLength,
      fullDimension,
      dimension,
      tokenSize: featureSizes(steps, encoder.hiddenSize).token_embeddings ?? encoder.hiddenSize,
      normalized: isNormalized(steps),
      poolingMask: excludesPrompt(steps),
    },
  };
}
