import { ModelError } from "./errors.ts";
import type { ModelOutput } from "./onnx-model.ts";
import type { InferencePool } from "./tensors/inference-pool.ts";
import type { Priority } from "./tensors/job-queue.ts";
import { stoppable } from "./tensors/stoppable.ts";
import { planBatches } from "./tokens/batches.ts";
import type { TokenizedText, Tokenizer } from "./tokens/tokenizer.ts";
import { isFinite } from "./vectors/check-vectors.ts";

export interface EncodeProgress {
  /** Texts that have their vector. */
  readonly done: number;
  readonly total: number;
  /** Tokens computed so far, special tokens included. */
  readonly tokens: number;
  /** Texts so far that were longer than the model's limit and were cut off, as indices into the given array; it grows. */
  readonly truncated: readonly number[];
}

export interface EncodeTextsOptions {
  readonly priority?: Priority | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** What texts are computed with. */
export interface Encoder {
  /** For messages. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly pool: InferencePool;
  /** Longest text in tokens, special tokens included. */
  readonly maxLength: number;
}

// One run of a session. Larger runs were not measurably faster; the smaller it is, the less a query waits behind it.
const BATCH_TOKENS = 256;
// Texts that are sorted by length together: enough of them to fill batches of equal length.
const WINDOW_TEXTS = 2048;

/** Texts → the first `dimension` components of their vectors, in the order of the texts; the rows are views on one buffer. */
export async function encodeTexts(
  texts: readonly string[],
  encoder: Encoder,
  { dimension, ...options }: EncodeTextsOptions & { readonly dimension: number },
): Promise<Float32Array[]> {
  const vectors = new Float32Array(texts.length * dimension);
  await computeTexts(texts, encoder, { ...options, output: "sentence_embedding" }, (vector, index) => {
    vectors.set(vector.subarray(0, dimension), index * dimension);
  });
  return texts.map((_, index) => vectors.subarray(index * dimension, (index + 1) * dimension));
}

/** Texts → the hidden states of their tokens, special tokens included: each row-major [tokens, hidden]. */
export async function encodeTokens(
  texts: readonly string[],
  encoder: Encoder,
  options: EncodeTextsOptions,
): Promise<Float32Array[]> {
  const states: Float32Array[] = texts.map(() => NO_STATES);
  await computeTexts(texts, encoder, { ...options, output: "last_hidden_state" }, (hiddenStates, index) => {
    states[index] = hiddenStates.slice();
  });
  return states;
}

const NO_STATES = new Float32Array();

// Calls `take` with the part of the output that belongs to each text; it must copy what it keeps.
async function computeTexts(
  texts: readonly string[],
  { name, tokenizer, pool, maxLength }: Encoder,
  { output, priority, signal, onProgress }: EncodeTextsOptions & { readonly output: ModelOutput },
  take: (part: Float32Array, index: number) => void,
): Promise<void> {
  using stop = stoppable(signal);
  stop.signal.throwIfAborted();
  const progress = { done: 0, total: texts.length, tokens: 0, truncated: [] as number[] };
  const batches = tokenizedBatches(texts, { tokenizer, maxLength, signal: stop.signal });

  const computeBatches = async (): Promise<void> => {
    for await (const { rows, length } of batches) {
      const feeds = { input_ids: { data: joinRows(rows, length), dims: [rows.length, length] } };
      const { data } = await pool.run(feeds, { output, priority, signal: stop.signal });
      const size = data.length / rows.length;
      for (const [row, { index, fullLength }] of rows.entries()) {
        const part = data.subarray(row * size, (row + 1) * size);
        if (!isFinite(part)) throw notFinite(name, index);
        take(part, index);
        if (fullLength > length) progress.truncated.push(index);
      }
      progress.done += rows.length;
      progress.tokens += rows.length * length;
      onProgress?.({ ...progress });
    }
  };
  // A few batches of this call are under way at a time: workers stay busy, and a call with one text need not wait
  // behind all batches of a call with many.
  await Promise.all(Array.from({ length: pool.capacity }, computeBatches));
}

function notFinite(model: string, index: number): ModelError {
  return new ModelError("inference_failed", `The model ${model} computed no finite numbers for text ${index}.`, {
    hint: "Its weights hold NaN or infinity, or are too large for float32: fetch or convert them again.",
    details: { model, index },
  });
}

interface TokenizedRow extends TokenizedText {
  /** Place of the text in the call. */
  readonly index: number;
}

// While the last batches of a window are computed, the next window is tokenized.
async function* tokenizedBatches(
  texts: readonly string[],
  { tokenizer, maxLength, signal }: { tokenizer: Tokenizer; maxLength: number; signal: AbortSignal },
): AsyncGenerator<{ rows: TokenizedRow[]; length: number }> {
  for (let start = 0; start < texts.length; start += WINDOW_TEXTS) {
    const tokenized = await tokenizer.encode(texts.slice(start, start + WINDOW_TEXTS), { maxLength, signal });
    const rows = tokenized.map((text, position) => ({ ...text, index: start + position }));
    const lengths = rows.map(({ ids }) => ids.length);
    for (const { indices, length } of planBatches(lengths, { maxTokens: BATCH_TOKENS })) {
      yield { rows: indices.flatMap((index) => rows[index] ?? []), length };
    }
  }
}

function joinRows(rows: readonly TokenizedRow[], length: number): Int32Array {
  const joined = new Int32Array(rows.length * length);
  for (const [row, { ids }] of rows.entries()) joined.set(ids, row * length);
  return joined;
}
