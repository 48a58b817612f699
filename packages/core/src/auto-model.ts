import type { ModelInputs } from "./auto-tokenizer.ts";
import { notFinite } from "./compute-batches.ts";
import { ModelError } from "./errors.ts";
import { startModel } from "./load-model.ts";
import type { ModelLoadOptions } from "./load-model.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import type { Feeds, Tensor } from "./tensors/inference-message.ts";
import type { InferencePool } from "./tensors/inference-pool.ts";
import { stoppable } from "./tensors/stoppable.ts";
import { isFinite } from "./vectors/check-vectors.ts";

/** What an encoder says of a batch. */
export interface ModelOutputs {
  /** float32 [texts, tokens, hidden], row-major. */
  readonly lastHiddenState: Tensor<Float32Array>;
}

// Rows of one call are computed in parts of about this many tokens, on all workers.
const PART_TOKENS = 1024;

/** The encoder alone, as transformers' AutoModel: token ids → hidden states. */
export class AutoModel implements AsyncDisposable {
  readonly #pool: InferencePool;
  readonly #name: string;
  readonly #maxLength: number;
  /** Components of a hidden state. */
  readonly hiddenSize: number;

  /**
   * Takes the same names as `SentenceTransformer.load`.
   * @throws {ModelError} when the model is missing, incomplete, damaged or of an unsupported kind; an abort throws the
   * signal's reason.
   */
  static async fromPretrained(model?: string, options: ModelLoadOptions = {}): Promise<AutoModel> {
    const { pool, settings } = await startModel(model, options, {
      graph: () => ({ outputs: ["last_hidden_state"], tokenTypeIds: true }),
      prepare: async ({ folder }) => folder,
    });
    return new AutoModel(pool, settings);
  }

  private constructor(pool: InferencePool, { name, encoder }: ModelFolder) {
    this.#pool = pool;
    this.#name = name;
    this.#maxLength = encoder.maxPositions;
    this.hiddenSize = encoder.hiddenSize;
  }

  /**
   * The hidden states of a batch, padded or not.
   * @throws {ModelError} `input_invalid` for arrays of other dimensions and for too many tokens, `inference_failed` or
   * `disposed`; an abort throws the signal's reason.
   */
  async forward(inputs: ModelInputs, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<ModelOutputs> {
    checkInputs(inputs, this.#maxLength);
    using call = stoppable(signal);
    call.signal.throwIfAborted();
    const [texts, tokens] = inputs.dims;
    const rowSize = tokens * this.hiddenSize;
    const data = new Float32Array(texts * rowSize);
    const rows = Math.max(1, Math.floor(PART_TOKENS / Math.max(1, tokens)));
    const starts = tokens === 0 ? [] : Array.from({ length: Math.ceil(texts / rows) }, (_, part) => part * rows);
    const remaining = starts.values();
    const drain = async (): Promise<void> => {
      for (const start of remaining) {
        const part = rowsOf(inputs, start, Math.min(start + rows, texts));
        data.set((await this.#pool.run(part, { signal: call.signal })).data, start * rowSize);
      }
    };
    await Promise.all(Array.from({ length: this.#pool.capacity }, drain));
    this.#checkStates(data, inputs);
    return { lastHiddenState: { data, dims: [texts, tokens, this.hiddenSize] } };
  }

  /** Ends the worker threads. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  // What an encoder says at a padded position means nothing, and may be no number at all.
  #checkStates(states: Float32Array, { attentionMask, dims: [, tokens] }: ModelInputs): void {
    for (const [token, isToken] of attentionMask.entries()) {
      const state = states.subarray(token * this.hiddenSize, (token + 1) * this.hiddenSize);
      if (isToken === 1 && !isFinite(state)) throw notFinite(this.#name, Math.floor(token / tokens));
    }
  }
}

function rowsOf(
  { inputIds, attentionMask, tokenTypeIds, dims: [, tokens] }: ModelInputs,
  start: number,
  end: number,
): Feeds {
  const dims = [end - start, tokens];
  const rows = (all: Int32Array): Tensor<Int32Array> => ({ data: all.slice(start * tokens, end * tokens), dims });
  return {
    input_ids: rows(inputIds),
    attention_mask: rows(attentionMask),
    token_type_ids: rows(tokenTypeIds ?? new Int32Array(inputIds.length)),
  };
}

function checkInputs(
  { inputIds, attentionMask, tokenTypeIds, dims: [texts, tokens] }: ModelInputs,
  maxLength: number,
): void {
  if ([inputIds, attentionMask, tokenTypeIds ?? inputIds].some(({ length }) => length !== texts * tokens)) {
    throw new ModelError("input_invalid", `The inputs do not have ${texts} × ${tokens} elements each.`);
  }
  if (tokens > maxLength) {
    throw new ModelError("input_invalid", `The inputs have ${tokens} tokens where the model takes ${maxLength}.`, {
      hint: "Tokenize with { truncation: true }.",
    });
  }
}
