import { checkCount, checkMaxSeqLength, checkTexts } from "./check-inputs.ts";
import { computeBatches, joinRows } from "./compute-batches.ts";
import type { BatchSource, ComputeOptions } from "./compute-batches.ts";
import { ModelError } from "./errors.ts";
import { startModel } from "./load-model.ts";
import type { ModelLoadOptions, OpenedModel } from "./load-model.ts";
import { readClassifierConfig } from "./model-folder/classifier-config.ts";
import type { ClassifierConfig } from "./model-folder/classifier-config.ts";
import { PromptBook } from "./prompts.ts";
import type { PromptChoice, Prompts } from "./prompts.ts";
import type { InferencePool } from "./tensors/inference-pool.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";
import { activate, activationOfClass, checkActivation, softmaxRows } from "./vectors/activation.ts";
import type { ActivationName } from "./vectors/activation.ts";

/** How a cross-encoder is loaded. */
export interface CrossEncoderLoadOptions extends ModelLoadOptions {
  /** Longest pair in tokens, special tokens included; the longer text is cut first. @default what the folder says */
  readonly maxSeqLength?: number | undefined;
  /** What is applied to the logits. @default what the folder says, else "sigmoid" for one label, "identity" for several */
  readonly activation?: ActivationName | undefined;
}

/** A query and a document, or any two texts, in the order that the model was trained with. */
export type TextPair = readonly [first: string, second: string];

/** The options of sentence-transformers' `predict` that decide the scores, and those of a call in a server. */
export interface PredictOptions extends ComputeOptions, PromptChoice {
  /** @default the model's own */
  readonly activation?: ActivationName | undefined;
  /** Makes the scores of the labels of each pair sum to 1, after the activation; changes nothing for one label. @default false */
  readonly applySoftmax?: boolean | undefined;
}

/** The options of `predict`, and which part of the ranking to give. */
export interface RankOptions extends Omit<PredictOptions, "applySoftmax"> {
  /** How many of the best to give. @default all */
  readonly topK?: number | undefined;
  /** Whether to give the texts as well. @default false */
  readonly returnDocuments?: boolean | undefined;
}

/** One document of a ranking. */
export interface RankedDocument {
  /** Its place in the documents that were given. */
  readonly corpusId: number;
  readonly score: number;
  /** When `returnDocuments` is set. */
  readonly text?: string;
}

/** Reads two texts at once and says how well they fit: slower than vectors and more exact, for the best few hits of a search. */
export class CrossEncoder implements AsyncDisposable {
  readonly #pool: InferencePool;
  readonly #prompts: PromptBook;
  /** The name that people know the model by. */
  readonly model: string;
  readonly tokenizer: Tokenizer;
  /** Longest pair in tokens, special tokens included. */
  readonly maxSeqLength: number;
  /** The names of the scores of a pair; one for a reranker. */
  readonly labels: readonly string[];
  /** What is applied to the logits unless a call says otherwise. */
  readonly activation: ActivationName;

  /**
   * Takes the same names as `SentenceTransformer.load`; the model must be one of transformers'
   * `…ForSequenceClassification`.
   * @throws {ModelError} when the model is missing, incomplete, damaged or of an unsupported kind; an abort throws the
   * signal's reason.
   */
  static async load(model: string, options: CrossEncoderLoadOptions = {}): Promise<CrossEncoder> {
    const { pool, settings } = await startModel(model, options, {
      graph: () => ({ outputs: ["logits"], attentionMask: false, tokenTypeIds: true }),
      prepare: (opened) => prepare(opened, options),
    });
    return new CrossEncoder(pool, settings);
  }

  private constructor(pool: InferencePool, { folder, tokenizer, prompts, maxSeqLength, labels, activation }: Parts) {
    this.#pool = pool;
    this.#prompts = prompts;
    this.model = folder.name;
    this.tokenizer = tokenizer;
    this.maxSeqLength = maxSeqLength;
    this.labels = labels;
    this.activation = activation;
  }

  /** What `promptName` can choose; a prompt stands before the first text of a pair. */
  get prompts(): Prompts {
    return this.#prompts.prompts;
  }

  /** The prompt that pairs get unless told otherwise; mostly none. */
  get defaultPromptName(): string | undefined {
    return this.#prompts.defaultName;
  }

  /**
   * The scores of pairs: row-major [pairs, labels] in the order of the pairs, which for a reranker is one score a pair.
   * @throws {ModelError} `input_invalid`, `inference_failed` or `disposed`; an abort throws the signal's reason.
   */
  async predict(
    pairs: readonly TextPair[],
    { prompt, promptName, activation = this.activation, applySoftmax = false, ...options }: PredictOptions = {},
  ): Promise<Float32Array> {
    checkPairs(pairs);
    checkActivation(activation);
    const prefix = this.#prompts.resolve({ prompt, promptName });
    const labels = this.labels.length;
    const scores = new Float32Array(pairs.length * labels);
    const target = { name: this.model, pool: this.#pool, output: "logits" } as const;
    await computeBatches(this.#batchesOf(pairs, prefix), target, options, (logits, index) => {
      scores.set(logits, index * labels);
    });
    activate(scores, activation);
    if (applySoftmax && labels > 1) softmaxRows(scores, labels);
    return scores;
  }

  /**
   * Documents by how well they answer a query, the best first; documents of one score keep their order.
   * @throws {ModelError} `input_invalid`, also for a model with several labels; `inference_failed` or `disposed`; an
   * abort throws the signal's reason.
   */
  async rank(
    query: string,
    documents: readonly string[],
    { topK, returnDocuments = false, ...options }: RankOptions = {},
  ): Promise<RankedDocument[]> {
    if (this.labels.length !== 1) throw severalLabels(this.model, this.labels);
    checkTexts([query], { what: "Query" });
    checkTexts(documents, { what: "Document" });
    if (topK !== undefined) checkCount("topK", topK);
    const pairs = documents.map((document): TextPair => [query, document]);
    const scores = await this.predict(pairs, { ...options, priority: options.priority ?? "query" });
    const hits = documents.map((text, corpusId) => ({ corpusId, score: scores[corpusId] ?? Number.NaN, text }));
    const best = hits.toSorted((a, b) => b.score - a.score).slice(0, topK);
    return returnDocuments ? best : best.map(({ corpusId, score }) => ({ corpusId, score }));
  }

  /** Ends the worker threads; calls that wait are rejected with `disposed`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  #batchesOf(pairs: readonly TextPair[], prefix: string): BatchSource {
    const options = { maxLength: this.maxSeqLength, truncation: "longest_first" } as const;
    return {
      total: pairs.length,
      tokenize: (start, end, signal) => {
        const prompted = pairs.slice(start, end).map(([first, second]): TextPair => [prefix + first, second]);
        return this.tokenizer.encodePairs(prompted, { ...options, signal });
      },
      feeds: (rows, length) => {
        const dims = [rows.length, length];
        return {
          input_ids: {
            data: joinRows(
              rows.map(({ ids }) => ids),
              length,
            ),
            dims,
          },
          token_type_ids: {
            data: joinRows(
              rows.map(({ typeIds }) => typeIds),
              length,
            ),
            dims,
          },
        };
      },
    };
  }
}

interface Parts extends OpenedModel {
  readonly prompts: PromptBook;
  readonly maxSeqLength: number;
  readonly labels: readonly string[];
  readonly activation: ActivationName;
}

async function prepare(opened: OpenedModel, options: CrossEncoderLoadOptions): Promise<Parts> {
  const { folder, tokenizer } = opened;
  const config = await readClassifierConfig(folder);
  const activation = options.activation ?? defaultActivation(config);
  checkActivation(activation);
  return {
    ...opened,
    prompts: new PromptBook(folder.prompts, folder.defaultPromptName),
    maxSeqLength: checkMaxSeqLength(options.maxSeqLength ?? folder.maxSeqLength, {
      specialTokens: tokenizer.specialTokensInPair,
      maxPositions: folder.encoder.maxPositions,
    }),
    labels: config.labels,
    activation,
  };
}

// sentence-transformers, cross_encoder/model.py `get_default_activation_fn`
function defaultActivation({ activation, labels }: ClassifierConfig): ActivationName {
  if (activation !== undefined) return activationOfClass(activation);
  return labels.length === 1 ? "sigmoid" : "identity";
}

function checkPairs(pairs: unknown): void {
  if (!Array.isArray(pairs)) throw new ModelError("input_invalid", "Pairs of texts must be given in an array.");
  for (const [index, pair] of pairs.entries()) {
    checkTexts(pair, { what: `Pair ${index}, text` });
    if (pair.length === 2) continue;
    throw new ModelError("input_invalid", `Pair ${index} has ${pair.length} texts, not two.`, { details: { index } });
  }
}

function severalLabels(model: string, labels: readonly string[]): ModelError {
  return new ModelError("input_invalid", `${model} gives ${labels.length} scores for a pair, which do not rank.`, {
    hint: "Call predict() and sort by the score of the label that you want.",
    details: { labels },
  });
}
