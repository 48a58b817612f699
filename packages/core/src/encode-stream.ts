import { WINDOW_INPUTS } from "./compute-batches.ts";
import type { ComputeOptions, EncodeProgress } from "./compute-batches.ts";
import type { Encoded, EncodeOptions, OutputValue } from "./encode-options.ts";
import { tokenizedSource, tokenizeTexts } from "./encode-texts.ts";
import type { TextPrefix } from "./encode-texts.ts";
import { ModelError } from "./errors.ts";
import { oneAhead } from "./one-ahead.ts";
import type { outputNamed, SentenceEncoder } from "./outputs.ts";
import type { TextKind } from "./prompts.ts";
import { readWindows } from "./read-windows.ts";
import type { TextStream } from "./read-windows.ts";
import { stoppable } from "./tensors/stoppable.ts";
import type { TokenizedText } from "./tokens/tokenizer.ts";
import { quantizers } from "./vectors/precision.ts";
import type { Precision } from "./vectors/precision.ts";

export type { TextStream } from "./read-windows.ts";

/** How far a stream has come. */
export interface StreamProgress extends Pick<EncodeProgress, "done" | "tokens"> {
  /** Texts that were longer than the model's limit and were cut off, as places in the stream: those since the last report. */
  readonly truncated: readonly number[];
}

/** The options of `encode`, for texts that come one after another. */
export interface StreamOptions<P extends Precision = Precision, V extends OutputValue = OutputValue> extends Omit<
  EncodeOptions<P, V>,
  "onProgress"
> {
  /** What the texts are for, which chooses their prompt as `encodeQuery` and `encodeDocument` do. @default "text" */
  readonly kind?: TextKind | undefined;
  /** Called after each batch, of which some may be ahead of the vectors that were taken. */
  readonly onProgress?: ((progress: StreamProgress) => void) | undefined;
}

interface StreamParts {
  readonly encoder: SentenceEncoder;
  readonly prefix: TextPrefix;
  readonly output: ReturnType<typeof outputNamed>;
}

type ChosenOptions = Omit<StreamOptions, "kind" | "prompt" | "promptName" | "outputValue">;

// As many texts as are sorted by length together, of at most so many characters: with 2 bytes each, three windows of
// them take 48 MB however long the texts are, and a text longer than that is alone.
const WINDOW = { texts: WINDOW_INPUTS, characters: 8_000_000 };

/**
 * Texts → their results, in order, with a bounded part of the stream in memory: while the vectors of one window are
 * taken, the next is computed, and the one behind it is read and tokenized.
 */
export async function* encodeStream(
  texts: TextStream,
  { encoder, prefix, output }: StreamParts,
  { onProgress, signal, ...options }: ChosenOptions,
): AsyncGenerator<Encoded<Precision, OutputValue>, void, void> {
  requireRanges(options);
  const compute = output(encoder, options, Infinity);
  using call = stoppable(signal);
  call.signal.throwIfAborted();
  const report = onProgress && reporter(onProgress);
  const tokenize = (window: readonly string[]) => tokenizeTexts(window, encoder, prefix, call.signal);
  const encodeWindow = async (rows: readonly TokenizedText[]) => {
    const source = tokenizedSource(rows, encoder, prefix);
    const windowOptions = { ...options, signal: call.signal, onProgress: report?.(rows.length) };
    try {
      return await compute(source, windowOptions);
    } catch (error) {
      call.stop(error); // now, and not when `texts` has given the window behind
      throw error;
    }
  };
  const windows = readWindows(texts, WINDOW, call.signal);
  const computed = oneAhead(through(oneAhead(through(windows, tokenize)), encodeWindow));
  try {
    // No `for await`: it would wait for the window that is under way when the caller leaves.
    for (let step = await computed.next(); step.done !== true; step = await computed.next()) {
      for (const result of step.value) {
        call.signal.throwIfAborted();
        yield result;
      }
    }
  } finally {
    call.stop(signal?.reason);
    await computed.return();
  }
}

/** What a step of a pipeline makes of each item, one after another. */
async function* through<Item, Result>(
  items: AsyncGenerator<Item, void, void>,
  step: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  for await (const item of items) yield await step(item);
}

// Adds the progress of windows, which are computed one after another, up to that of the stream.
function reporter(
  onProgress: (progress: StreamProgress) => void,
): (size: number) => NonNullable<ComputeOptions["onProgress"]> {
  let [doneBefore, tokensBefore] = [0, 0];
  return (size) => {
    let told = 0;
    return ({ done, tokens, truncated }) => {
      const first = doneBefore;
      const isLast = done === size;
      const news = truncated.slice(told).map((index) => first + index);
      told = truncated.length;
      const progress = { done: doneBefore + done, tokens: tokensBefore + tokens, truncated: news };
      if (isLast) [doneBefore, tokensBefore] = [progress.done, progress.tokens];
      onProgress(progress);
    };
  };
}

function requireRanges({ precision = "float32", ranges, calibrationEmbeddings }: ChosenOptions): void {
  if (!Object.hasOwn(quantizers, precision) || !quantizers[precision].usesRanges) return;
  if (ranges !== undefined || calibrationEmbeddings !== undefined) return;
  throw new ModelError("input_invalid", `A stream does not tell the ranges of ${precision} before its end.`, {
    hint: "Give `ranges`, taken with quantizationRanges() from vectors like those to come.",
    details: { precision },
  });
}
