import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/**
 * The file that a download grows. It is written at positions and never truncated in place: should another process
 * write the same file in spite of the lock, both write the same bytes to the same places.
 */
export class DownloadTarget implements AsyncDisposable {
  readonly maxBytes: number;
  readonly #path: string;
  #file: FileHandle;
  #size: number;

  /** Opens what an earlier download left; one that is too long is no beginning of the file and is dropped. */
  static async open(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<DownloadTarget> {
    const file = await openToWrite(path);
    const { size } = await file.stat();
    const target = new DownloadTarget({ path, file, size, maxBytes });
    if (size > maxBytes) await target.restart();
    return target;
  }

  private constructor({ path, file, size, maxBytes }: Parts) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
    this.maxBytes = maxBytes;
  }

  get size(): number {
    return this.#size;
  }

  /** Begins an empty file. */
  async restart(): Promise<void> {
    if (this.#size === 0) return;
    await this.remove();
    this.#file = await openToWrite(this.#path);
    this.#size = 0;
  }

  /** `false` when the chunk would make the file too long. */
  async append(chunk: Uint8Array): Promise<boolean> {
    if (this.#size + chunk.length > this.maxBytes) return false;
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await this.#file.write(chunk, done, chunk.length - done, this.#size + done);
      done += bytesWritten;
    }
    this.#size += chunk.length;
    return true;
  }

  /** Returns when the bytes are on the disk. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

interface Parts {
  readonly path: string;
  readonly file: FileHandle;
  readonly size: number;
  readonly maxBytes: number;
}

// "a+" would create it too, but then ignore positions.
async function openToWrite(path: string): Promise<FileHandle> {
  const { O_CREAT, O_RDWR } = constants;
  return open(path, O_CREAT | O_RDWR, 0o666);
}
