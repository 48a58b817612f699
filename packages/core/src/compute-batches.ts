import { ModelError } from "./errors.ts";
import { oneAhead } from "./one-ahead.ts";
import type { ModelOutput } from "./onnx-model.ts";
import type { Feeds } from "./tensors/inference-message.ts";
import type { InferencePool } from "./tensors/inference-pool.ts";
import type { Priority } from "./tensors/job-queue.ts";
import { stoppable } from "./tensors/stoppable.ts";
import { planBatches } from "./tokens/batches.ts";
import type { TokenizedText } from "./tokens/tokenizer.ts";
import { Turn } from "./tokens/turn.ts";
import { isFinite } from "./vectors/check-vectors.ts";

/** How far a call has come. */
export interface EncodeProgress {
  /** Inputs that have their result. */
  readonly done: number;
  readonly total: number;
  /** Tokens computed so far, special tokens included. */
  readonly tokens: number;
  /** Inputs so far that were longer than the model's limit and were cut off, as indices into the given array; it grows. */
  readonly truncated: readonly number[];
}

/** The options of a call that computes many inputs. */
export interface ComputeOptions {
  /** Queries are computed before documents that wait. @default "document" */
  readonly priority?: Priority | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch. */
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

/** Texts, or pairs of texts, that go through a model. */
export interface BatchSource<Row extends TokenizedText = TokenizedText> {
  readonly total: number;
  /** Tokenizes the inputs from `start` to before `end`. */
  tokenize(start: number, end: number, signal: AbortSignal): Promise<readonly Row[]>;
  /** The graph's inputs for rows that all have `length` tokens. */
  feeds(rows: readonly Row[], length: number): Feeds;
}

export interface BatchTarget {
  /** The model, for messages. */
  readonly name: string;
  readonly pool: InferencePool;
  /** The output of the graph to fetch. */
  readonly output: ModelOutput;
}

// One run of a session. Larger runs were not measurably faster; the smaller it is, the less a query waits behind it.
const BATCH_TOKENS = 256;
// Inputs that are sorted by length together: enough of them to fill batches of equal length.
export const WINDOW_INPUTS = 2048;

/**
 * Computes all inputs in batches of equal length and calls `take` with what the model says of each, in any order;
 * `take` must copy what it keeps.
 * @throws {ModelError} `inference_failed`, also for results that are not finite; an abort throws the signal's reason.
 */
export async function computeBatches<Row extends TokenizedText>(
  source: BatchSource<Row>,
  { name, pool, output }: BatchTarget,
  { priority, signal, onProgress }: ComputeOptions,
  take: (result: Float32Array, index: number) => void,
): Promise<void> {
  using call = stoppable(signal);
  call.signal.throwIfAborted();
  const progress = { done: 0, total: source.total, tokens: 0, truncated: [] as number[] };
  const batches = tokenizedBatches(source, call.signal);

  const compute = async ({ rows, indices, length }: TokenizedBatch<Row>): Promise<void> => {
    const { data } = await pool.run(source.feeds(rows, length), { output, priority, signal: call.signal });
    const size = data.length / rows.length;
    for (const [row, index] of indices.entries()) {
      const result = data.subarray(row * size, (row + 1) * size);
      if (!isFinite(result)) throw notFinite(name, index);
      take(result, index);
    }
    progress.truncated.push(...indices.filter((_, row) => (rows[row]?.fullLength ?? 0) > length));
    progress.done += rows.length;
    progress.tokens += rows.length * length;
    onProgress?.({ ...progress });
  };
  const drain = async (): Promise<void> => {
    for await (const batch of batches) {
      try {
        await compute(batch);
      } catch (error) {
        call.stop(error); // now, and not when the text that is being tokenized is through
        throw error;
      }
    }
  };
  // A few batches of this call are under way at a time: workers stay busy, the queue stays short, and a call with one
  // text need not wait behind all batches of a call with many.
  await Promise.all(Array.from({ length: Math.min(pool.capacity, source.total) }, drain));
}

/** Rows of one length, one after another. */
export function joinRows(rows: readonly Int32Array[], length: number): Int32Array {
  const joined = new Int32Array(rows.length * length);
  for (const [row, values] of rows.entries()) joined.set(values, row * length);
  return joined;
}

interface TokenizedBatch<Row> {
  readonly rows: readonly Row[];
  /** Place of each row in the call. */
  readonly indices: readonly number[];
  readonly length: number;
}

async function* tokenizedBatches<Row extends TokenizedText>(
  source: BatchSource<Row>,
  signal: AbortSignal,
): AsyncGenerator<TokenizedBatch<Row>> {
  const turn = new Turn(signal);
  // While the batches of a window are computed, the next window is tokenized.
  for await (const { start, rows } of oneAhead(tokenizedWindows(source, signal))) {
    if (turn.isOver()) await turn.next(); // planning a window and starting threads for it has a turn of its own
    const lengths = rows.map(({ ids }) => ids.length);
    for (const { indices, length } of planBatches(lengths, { maxTokens: BATCH_TOKENS })) {
      yield {
        rows: indices.flatMap((row) => rows[row] ?? []),
        indices: indices.map((row) => start + row),
        length,
      };
    }
  }
}

interface TokenizedWindow<Row> {
  readonly start: number;
  readonly rows: readonly Row[];
}

async function* tokenizedWindows<Row extends TokenizedText>(
  source: BatchSource<Row>,
  signal: AbortSignal,
): AsyncGenerator<TokenizedWindow<Row>, void, void> {
  const turn = new Turn(signal);
  for (let start = 0; start < source.total; start += WINDOW_INPUTS) {
    if (turn.isOver()) await turn.next();
    const end = Math.min(start + WINDOW_INPUTS, source.total);
    yield { start, rows: await source.tokenize(start, end, signal) };
  }
}

/** For results that hold NaN or infinity, which are never given out. */
export function notFinite(model: string, index: number): ModelError {
  return new ModelError("inference_failed", `The model ${model} computed no finite numbers for input ${index}.`, {
    hint: "Its weights hold NaN or infinity, or are too large for float32: fetch or convert them again.",
    details: { model, index },
  });
}
