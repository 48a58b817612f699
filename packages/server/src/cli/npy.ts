import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { endianness } from "node:os";
import { ServerError } from "../errors.ts";

/** Room for any shape, and a multiple of 64 as the format asks, so that the array can be mapped into memory. */
const HEADER_BYTES = 128;
const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

/**
 * Writes a float32 matrix as NumPy's `.npy` (format 1.0, numpy/lib/format.py) without knowing the number of rows beforehand: the
 * header has a fixed size and is written again at the end. The file appears under its name only when it is complete.
 */
export class NpyWriter implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #columns: number;
  #rows = 0;
  #complete = false;

  /** @throws ServerError `output_not_writable` */
  static async create(path: string, columns: number): Promise<NpyWriter> {
    try {
      const file = await open(partial(path), "w");
      await file.write(npyHeader(0, columns));
      return new NpyWriter(path, file, columns);
    } catch (cause) {
      throw new ServerError("output_not_writable", `${path} cannot be written`, { cause, details: { path } });
    }
  }

  private constructor(path: string, file: FileHandle, columns: number) {
    this.#path = path;
    this.#file = file;
    this.#columns = columns;
  }

  /** Appends rows in order. */
  async write(rows: readonly Float32Array[]): Promise<void> {
    const bytes = Buffer.alloc(rows.length * this.#columns * 4);
    rows.forEach((row, index) => bytes.set(littleEndian(row), index * this.#columns * 4));
    await this.#file.writeFile(bytes);
    this.#rows += rows.length;
  }

  /** Writes the final shape and gives the file its name. */
  async finish(): Promise<void> {
    await this.#file.write(npyHeader(this.#rows, this.#columns), 0, HEADER_BYTES, 0);
    await this.#file.sync();
    await this.#file.close();
    await rename(partial(this.#path), this.#path);
    this.#complete = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#complete) return;
    await this.#file.close();
    await rm(partial(this.#path), { force: true });
  }
}

/** The 128 bytes before the numbers. */
export function npyHeader(rows: number, columns: number): Buffer {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(HEADER_BYTES - MAGIC.length - length.length);
  const padded = description.padEnd(HEADER_BYTES - MAGIC.length - length.length - 1);
  return Buffer.concat([MAGIC, length, Buffer.from(`${padded}\n`, "latin1")]);
}

function littleEndian(row: Float32Array): Uint8Array {
  const bytes = Buffer.from(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
  return endianness() === "LE" ? bytes : bytes.swap32();
}

function partial(path: string): string {
  return `${path}.partial`;
}
