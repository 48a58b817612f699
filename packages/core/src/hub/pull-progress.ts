import type { FileProgress } from "./download-file.ts";
import type { PullProgress } from "./model-source.ts";

/** Adds up how far the files of one model have come, and reports it. */
export class ProgressReport {
  readonly #onProgress: ((progress: PullProgress) => void) | undefined;
  readonly #bytes = new Map<string, number>();
  #phase: PullProgress["phase"] = "preparing";
  #files = 0;
  #totalFiles = 0;
  #totalBytes = 0;

  constructor(onProgress: ((progress: PullProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  enter(phase: PullProgress["phase"], { totalFiles = 0, totalBytes = 0 } = {}): void {
    this.#phase = phase;
    this.#totalFiles = totalFiles;
    this.#totalBytes = totalBytes;
    this.#report("", false);
  }

  moved(file: string, { bytes, resumed }: FileProgress): void {
    this.#bytes.set(file, bytes);
    this.#report(file, resumed);
  }

  finished(file: string, { bytes, resumed }: FileProgress): void {
    this.#files += 1;
    this.moved(file, { bytes, resumed });
  }

  #report(file: string, resumed: boolean): void {
    const bytes = this.#bytes.values().reduce((sum, size) => sum + size, 0);
    this.#onProgress?.({
      phase: this.#phase,
      file,
      bytes,
      totalBytes: this.#totalBytes,
      files: this.#files,
      totalFiles: this.#totalFiles,
      resumed,
    });
  }
}
