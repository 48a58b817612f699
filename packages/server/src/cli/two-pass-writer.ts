import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantizeEmbeddings, type Precision, type VectorOfPrecision } from "@galen/core";
import { ServerError } from "../errors.ts";
import { PartialFile } from "./partial-file.ts";
import { RunningRanges } from "./running-ranges.ts";
import type { VectorWriter } from "./vector-writer.ts";

/** Rows that are quantized at once. */
const ROWS = 1_024;

export interface TwoPassOptions {
  /** One that needs ranges. */
  readonly precision: "int8" | "uint8";
  readonly dimension: number;
  /** Where the vectors wait: beside the output, else in the folder for temporary files. */
  readonly output: string | undefined;
}

/**
 * Quantizes with the ranges of everything that is written, which are not known before the last vector: until then the float32 vectors
 * wait in a file, and the model computes each of them once. The ranges of each batch alone would make the same text another vector in
 * another batch.
 */
export class TwoPassWriter implements VectorWriter {
  readonly #writer: VectorWriter;
  readonly #waiting: PartialFile;
  readonly #options: TwoPassOptions;
  readonly #ranges = new RunningRanges();
  #rows = 0;

  /** Owns `writer` from here on. @throws ServerError `output_not_writable` */
  static async create(writer: VectorWriter, options: TwoPassOptions): Promise<TwoPassWriter> {
    await using owned = new AsyncDisposableStack();
    owned.use(writer);
    const path = options.output ?? join(tmpdir(), `galen-${randomUUID()}`);
    // Vectors tell much about their texts: nobody else may read them.
    const waiting = await PartialFile.create(`${path}.float32`, { mode: 0o600 });
    owned.move();
    return new TwoPassWriter(writer, waiting, options);
  }

  private constructor(writer: VectorWriter, waiting: PartialFile, options: TwoPassOptions) {
    this.#writer = writer;
    this.#waiting = waiting;
    this.#options = options;
  }

  async write(rows: readonly VectorOfPrecision[Precision][]): Promise<void> {
    const vectors = rows.map((row) => Float32Array.from(row));
    this.#ranges.add(vectors);
    await this.#waiting.append(Buffer.concat(vectors.map(({ buffer }) => new Uint8Array(buffer))));
    this.#rows += rows.length;
  }

  /** @throws ServerError `usage` for a single vector, which has no ranges */
  async finish(): Promise<void> {
    const { precision } = this.#options;
    if (this.#rows === 1)
      throw new ServerError(
        "usage",
        `--quantize ${precision} takes its ranges from the texts, and one text tells none`,
        {
          hint: "Name a file with a hundred or more texts of the same kind with --calibration.",
        },
      );
    const { ranges } = this.#ranges;
    for (let row = 0; row < this.#rows; row += ROWS)
      await this.#writer.write(quantizeEmbeddings(await this.#read(row), { precision, ranges }));
    await this.#writer.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#waiting[Symbol.asyncDispose]();
    await this.#writer[Symbol.asyncDispose]();
  }

  async #read(first: number): Promise<Float32Array[]> {
    const { dimension } = this.#options;
    const rows = Math.min(ROWS, this.#rows - first);
    const all = new Float32Array(rows * dimension);
    await this.#waiting.read(new Uint8Array(all.buffer), first * dimension * all.BYTES_PER_ELEMENT);
    return Array.from({ length: rows }, (_, row) => all.subarray(row * dimension, (row + 1) * dimension));
  }
}
