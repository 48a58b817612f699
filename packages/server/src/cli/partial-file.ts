import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { ServerError } from "../errors.ts";

/** A file that appears under its name only when it is complete; until then, and after a failure, there is none. */
export class PartialFile implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  #open = true;

  /** @throws ServerError `output_not_writable` */
  static async create(path: string, { mode }: { readonly mode?: number } = {}): Promise<PartialFile> {
    try {
      return new PartialFile(path, await open(partial(path), "w+", mode));
    } catch (cause) {
      throw notWritable(path, cause);
    }
  }

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Appends. @throws ServerError `output_not_writable` when the disk is full, for one */
  async append(content: string | Uint8Array): Promise<void> {
    await this.#guard(this.#file.writeFile(content));
  }

  /** Writes over what stands at the beginning. */
  async overwriteStart(content: Uint8Array): Promise<void> {
    await this.#guard(this.#file.write(content, 0, content.length, 0));
  }

  /** Fills `bytes` from a place in what has been written. */
  async read(bytes: Uint8Array, position: number): Promise<void> {
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, position);
    if (bytesRead !== bytes.length)
      throw notWritable(this.#path, new Error("the file was changed while it was written"));
  }

  /** Makes the content durable and gives the file its name. */
  async finish(): Promise<void> {
    await this.#guard(this.#file.sync());
    this.#open = false;
    await this.#file.close();
    await this.#guard(rename(partial(this.#path), this.#path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
    await rm(partial(this.#path), { force: true });
  }

  async #guard(operation: Promise<unknown>): Promise<void> {
    try {
      await operation;
    } catch (cause) {
      throw notWritable(this.#path, cause);
    }
  }
}

function notWritable(path: string, cause: unknown): ServerError {
  return new ServerError("output_not_writable", `${path} cannot be written`, { cause, details: { path } });
}

function partial(path: string): string {
  return `${path}.partial`;
}
