import { SentenceTransformer, type CalibratedRanges, type Precision, type VectorOfPrecision } from "@galen/core";
import { loadConfig } from "../../config.ts";
import { ServerError } from "../../errors.ts";
import { printSummary, type EmbedResult } from "../embed-summary.ts";
import { interruptible } from "../interruptible.ts";
import { ProgressDisplay } from "../progress.ts";
import { readTexts } from "../read-texts.ts";
import { RunningRanges } from "../running-ranges.ts";
import type { Terminal } from "../terminal.ts";
import { plain } from "../text.ts";
import { TwoPassWriter } from "../two-pass-writer.ts";
import { needsRanges, openVectorWriter, requireKnownFormat, type VectorWriter } from "../vector-writer.ts";

export interface EmbedOptions {
  readonly config?: string;
  readonly model?: string;
  readonly precision?: string;
  readonly kind: "document" | "query";
  readonly input: string;
  readonly output?: string;
  readonly normalize?: boolean;
  readonly truncateDim?: number;
  readonly quantize: Precision;
  readonly calibration?: string;
  readonly prompt?: string;
  readonly promptName?: string;
}

/** Vectors that are written at once. */
const ROWS = 512;

/** `galen embed`: one vector a text, in input order, without holding all of them. */
export async function embed(options: EmbedOptions, terminal: Terminal): Promise<void> {
  const { model, precision } = loadConfig({
    flags: { model: options.model, precision: options.precision },
    file: options.config,
  });
  requireKnownFormat(options.output);
  requireOptionsThatFit(options);
  await interruptible(async (signal) => {
    await using transformer = await SentenceTransformer.load(model, { offline: true, precision, signal });
    const run = new EmbedRun(transformer, options, { terminal, signal });
    printSummary(await run.toOutput(), options, terminal);
  });
}

function requireOptionsThatFit({ quantize, calibration, prompt, promptName }: EmbedOptions): void {
  if (calibration !== undefined && !needsRanges(quantize))
    throw new ServerError("usage", `--calibration is for --quantize int8 and uint8, not for ${quantize}`);
  if (prompt !== undefined && promptName !== undefined)
    throw new ServerError("usage", "--prompt and --prompt-name do not go together", {
      hint: "--prompt gives the text itself, --prompt-name takes one of the model's.",
    });
}

class EmbedRun {
  readonly #transformer: SentenceTransformer;
  readonly #options: EmbedOptions;
  readonly #surroundings: { readonly terminal: Terminal; readonly signal: AbortSignal };
  readonly #dimension: number;

  /** @throws ServerError `usage` for options that this model cannot follow */
  constructor(
    transformer: SentenceTransformer,
    options: EmbedOptions,
    surroundings: { readonly terminal: Terminal; readonly signal: AbortSignal },
  ) {
    requireOptionsOfModel(transformer, options);
    this.#transformer = transformer;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#dimension = options.truncateDim ?? transformer.dimension;
  }

  async toOutput(): Promise<EmbedResult> {
    const { input, quantize } = this.#options;
    const ranges = await this.#calibrate();
    const started = performance.now();
    const twoPasses = needsRanges(quantize) && ranges === undefined;
    const truncated: number[] = [];
    let done = 0;
    await using writer = await this.#openWriter(twoPasses);
    const precision = twoPasses ? "float32" : quantize;
    for await (const rows of this.#embedded(input, { precision, ranges, truncated })) {
      await writer.write(rows);
      done += rows.length;
    }
    await writer.finish();
    const took = (performance.now() - started) / 1_000;
    const { maxSeqLength } = this.#transformer;
    const lines = truncated.map((index) => index + 1).sort((a, b) => a - b);
    return { done, dimension: this.#dimension, maxSeqLength, truncated: lines, calibrated: ranges, took };
  }

  /** The ranges of the texts that `--calibration` names. */
  async #calibrate(): Promise<CalibratedRanges | undefined> {
    const { calibration } = this.#options;
    if (calibration === undefined) return undefined;
    const running = new RunningRanges();
    for await (const rows of this.#embedded(calibration, { precision: "float32" })) running.add(rows);
    if ((running.ranges?.rows ?? 0) > 1) return running.ranges;
    throw new ServerError("input_unreadable", `${calibration} holds fewer than two texts`, {
      hint: "Calibrate with a hundred or more texts like those to embed.",
    });
  }

  async #openWriter(twoPasses: boolean): Promise<VectorWriter> {
    const { output, quantize: precision } = this.#options;
    const { terminal } = this.#surroundings;
    const columns =
      precision === "binary" || precision === "ubinary" ? Math.ceil(this.#dimension / 8) : this.#dimension;
    const writer = await openVectorWriter(output, { precision, columns, terminal });
    return twoPasses && needsRanges(precision)
      ? TwoPassWriter.create(writer, { precision, dimension: this.#dimension, output })
      : writer;
  }

  /** The vectors of a file, some at a time; `truncated` gets the places of texts that were cut off. */
  async *#embedded<P extends Precision>(
    input: string,
    { precision, ranges, truncated = [] }: FileOptions<P>,
  ): AsyncGenerator<VectorOfPrecision[P][]> {
    const { terminal, signal } = this.#surroundings;
    const { kind, normalize, truncateDim, prompt, promptName } = this.#options;
    const title = input === this.#options.calibration ? "Calibrating" : "Embedding";
    using display = new ProgressDisplay({ title, unit: "texts", terminal });
    const vectors = this.#transformer.encodeStream(readTexts(input, { signal }), {
      kind,
      normalize,
      truncateDim,
      precision,
      ranges,
      prompt,
      promptName,
      signal,
      onProgress: ({ done, truncated: more }) => {
        truncated.push(...more);
        display.update({ done });
      },
    });
    let rows: VectorOfPrecision[P][] = [];
    for await (const vector of vectors) {
      if (rows.push(vector) < ROWS) continue;
      yield rows;
      rows = [];
    }
    if (rows.length > 0) yield rows;
  }
}

interface FileOptions<P extends Precision> {
  readonly precision: P;
  readonly ranges?: CalibratedRanges | undefined;
  readonly truncated?: number[];
}

function requireOptionsOfModel(transformer: SentenceTransformer, { truncateDim, promptName }: EmbedOptions): void {
  if (truncateDim !== undefined && truncateDim > transformer.dimension)
    throw new ServerError("usage", `--truncate-dim ${truncateDim} is more than the model's ${transformer.dimension}`);
  if (promptName === undefined || Object.hasOwn(transformer.prompts, promptName)) return;
  throw new ServerError("usage", `the model has no prompt named ${JSON.stringify(plain(promptName))}`, {
    hint: `It has ${Object.keys(transformer.prompts).map(plain).join(", ")}; --prompt gives a text of your own.`,
  });
}
