export type ConnectionState =
  | { readonly gone: false }
  /** `retryAt` is undefined while a try is under way. Both are milliseconds since 1970. */
  | { readonly gone: true; readonly lastAnswerAt: number; readonly retryAt: number | undefined };

/** Seconds between tries; the last one repeats. */
const RETRY_SECONDS = [1, 2, 4, 8, 15] as const;

/** Knows whether the server answers. Requests report to it and wait on it; while the server is gone, it alone asks. */
export class Connection {
  state: ConnectionState = { gone: false };
  #lastAnswerAt = Date.now();
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #probe: () => Promise<boolean>;
  readonly #listeners = new Set<() => void>();

  constructor(probe: () => Promise<boolean>) {
    this.#probe = probe;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  answered(): void {
    this.#lastAnswerAt = Date.now();
    if (!this.state.gone) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#set({ gone: false });
  }

  lost(): void {
    if (!this.state.gone) this.#schedule();
  }

  readonly tryNow = (): void => {
    clearTimeout(this.#timer);
    void this.#try();
  };

  /** Resolves when the server answers again. */
  back(signal?: AbortSignal): Promise<void> {
    if (!this.state.gone) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = () => {
        if (this.state.gone && !signal?.aborted) return;
        stop();
        signal?.removeEventListener("abort", settle);
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve();
      };
      const stop = this.subscribe(settle);
      signal?.addEventListener("abort", settle);
      settle();
    });
  }

  #schedule(): void {
    const seconds = RETRY_SECONDS[Math.min(this.#tries, RETRY_SECONDS.length - 1)] ?? 15;
    this.#tries += 1;
    this.#set({ gone: true, lastAnswerAt: this.#lastAnswerAt, retryAt: Date.now() + seconds * 1000 });
    this.#timer = setTimeout(() => void this.#try(), seconds * 1000);
  }

  async #try(): Promise<void> {
    if (!this.state.gone) return;
    this.#set({ ...this.state, retryAt: undefined });
    if (await this.#probe()) this.answered();
    else this.#schedule();
  }

  #set(state: ConnectionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
