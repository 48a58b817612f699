import type { Precision, VectorOfPrecision } from "@galen/core";
import { ServerError } from "../errors.ts";
import { NpyWriter, type NpyFormat } from "./npy.ts";
import { PartialFile } from "./partial-file.ts";
import type { Terminal } from "./terminal.ts";

/** Takes vectors in order; the result is there once `finish` has returned. */
export interface VectorWriter extends AsyncDisposable {
  write(rows: readonly VectorOfPrecision[Precision][]): Promise<void>;
  finish(): Promise<void>;
}

/** Whether a precision divides numbers into steps between the smallest and the largest of each component. */
export function needsRanges(precision: Precision): precision is "int8" | "uint8" {
  return precision === "int8" || precision === "uint8";
}

/** Before a model is loaded for nothing. @throws ServerError `usage` */
export function requireKnownFormat(output: string | undefined): void {
  if (output === undefined || /\.(?:npy|jsonl)$/.test(output)) return;
  throw new ServerError("usage", "--output takes a file that ends in .npy or .jsonl", {
    hint: "Leave it out to get JSON lines on standard output.",
  });
}

/** By the ending of the file's name; JSON lines on standard output without one. @throws ServerError `output_not_writable` */
export async function openVectorWriter(
  output: string | undefined,
  { terminal, ...format }: NpyFormat & { readonly terminal: Terminal },
): Promise<VectorWriter> {
  if (output === undefined) return new JsonLinesWriter(terminal.out);
  if (output.endsWith(".npy")) return NpyWriter.create(output, format);
  return new JsonLinesWriter(await PartialFile.create(output));
}

/** `{"index":0,"embedding":[…]}` a line. */
class JsonLinesWriter implements VectorWriter {
  readonly #target: PartialFile | ((text: string) => void);
  #index = 0;

  constructor(target: PartialFile | ((text: string) => void)) {
    this.#target = target;
  }

  async write(rows: readonly VectorOfPrecision[Precision][]): Promise<void> {
    const lines = rows.map((row) => `${JSON.stringify({ index: this.#index++, embedding: [...row] })}\n`).join("");
    if (this.#target instanceof PartialFile) await this.#target.append(lines);
    else this.#target(lines);
  }

  async finish(): Promise<void> {
    if (this.#target instanceof PartialFile) await this.#target.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#target instanceof PartialFile) await this.#target[Symbol.asyncDispose]();
  }
}
