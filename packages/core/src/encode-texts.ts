import type { InferencePool } from "./tensors/inference-pool.ts";
import type { Priority } from "./tensors/job-queue.ts";
import { stoppable } from "./tensors/stoppable.ts";
import { planBatches } from "./tokens/batches.ts";
import type { TokenizedText, Tokenizer } from "./tokens/tokenizer.ts";

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
  readonly maxLength: number;
  readonly dimension: number;
  readonly priority?: Priority | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

// One run of a session. Larger runs were not measurably faster; the smaller it is, the less a query waits behind it.
const BATCH_TOKENS = 256;
// Texts that are sorted by length together: enough of them to fill batches of equal length.
const WINDOW_TEXTS = 2048;

/** Texts → one vector each, in the order of the texts; the rows are views on one buffer. */
export async function encodeTexts(
  texts: readonly string[],
  { tokenizer, pool }: { tokenizer: Tokenizer; pool: InferencePool },
  { maxLength, dimension, priority, signal, onProgress }: EncodeTextsOptions,
): Promise<Float32Array[]> {
  using stop = stoppable(signal);
  stop.signal.throwIfAborted();
  const vectors = new Float32Array(texts.length * dimension);
  const progress = { done: 0, total: texts.length, tokens: 0, truncated: [] as number[] };
  const batches = tokenizedBatches(texts, { tokenizer, maxLength, signal: stop.signal });

  const computeBatches = async (): Promise<void> => {
    for await (const { rows, length } of batches) {
      const feeds = { input_ids: { data: joinRows(rows, length), dims: [rows.length, length] } };
      const output = await pool.run(feeds, { priority, signal: stop.signal });
      for (const [row, { index, fullLength }] of rows.entries()) {
        vectors.set(output.data.subarray(row * dimension, (row + 1) * dimension), index * dimension);
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
  return texts.map((_, index) => vectors.subarray(index * dimension, (index + 1) * dimension));
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
