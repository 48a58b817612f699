import { endianness } from "node:os";
import type { Precision, VectorOfPrecision } from "@galen/core";
import { PartialFile } from "./partial-file.ts";

/** Room for any shape, and a multiple of 64 as the format asks, so that the array can be mapped into memory. */
const HEADER_BYTES = 128;
const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

/** NumPy's name of the elements of each precision. */
const descriptions = {
  float32: "<f4",
  int8: "|i1",
  uint8: "|u1",
  binary: "|i1",
  ubinary: "|u1",
} as const satisfies Record<Precision, string>;

/** What a matrix holds, and how many elements a row has. */
export interface NpyFormat {
  readonly precision: Precision;
  readonly columns: number;
}

/**
 * Writes a matrix as NumPy's `.npy` (format 1.0, numpy/lib/format.py) without knowing the number of rows beforehand: the header has
 * a fixed size and is written again at the end.
 */
export class NpyWriter implements AsyncDisposable {
  readonly #file: PartialFile;
  readonly #format: NpyFormat;
  #rows = 0;

  /** @throws ServerError `output_not_writable` */
  static async create(path: string, format: NpyFormat): Promise<NpyWriter> {
    const file = await PartialFile.create(path);
    await file.append(npyHeader(0, format));
    return new NpyWriter(file, format);
  }

  private constructor(file: PartialFile, format: NpyFormat) {
    this.#file = file;
    this.#format = format;
  }

  /** Appends rows in order. */
  async write(rows: readonly VectorOfPrecision[Precision][]): Promise<void> {
    await this.#file.append(Buffer.concat(rows.map(littleEndian)));
    this.#rows += rows.length;
  }

  /** Writes the final shape and gives the file its name. */
  async finish(): Promise<void> {
    await this.#file.overwriteStart(npyHeader(this.#rows, this.#format));
    await this.#file.finish();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]();
  }
}

/** The 128 bytes before the numbers. */
export function npyHeader(rows: number, { precision, columns }: NpyFormat): Buffer {
  const description = `{'descr': '${descriptions[precision]}', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(HEADER_BYTES - MAGIC.length - length.length);
  const padded = description.padEnd(HEADER_BYTES - MAGIC.length - length.length - 1);
  return Buffer.concat([MAGIC, length, Buffer.from(`${padded}\n`, "latin1")]);
}

function littleEndian(row: VectorOfPrecision[Precision]): Uint8Array {
  const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  return row.BYTES_PER_ELEMENT === 1 || endianness() === "LE" ? bytes : Buffer.from(bytes).swap32();
}
