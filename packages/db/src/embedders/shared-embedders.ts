import type { Embedder, LoadEmbedder } from "../embedder.ts";

/**
 * Loads each model once for all who ask, each precision of it on its own. A failed load is forgotten, so that a mended model
 * folder works without a restart.
 */
export class SharedEmbedders implements AsyncDisposable {
  readonly #loadEmbedder: LoadEmbedder;
  readonly #loaded = new Map<string, Promise<Embedder>>();

  constructor(loadEmbedder: LoadEmbedder) {
    this.#loadEmbedder = loadEmbedder;
  }

  readonly load: LoadEmbedder = (model, settings) => {
    const key = `${settings.precision} ${model ?? ""}`;
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const loading = this.#loadEmbedder(model, settings);
    this.#loaded.set(key, loading);
    loading.catch(() => this.#loaded.delete(key));
    return loading;
  };

  /** Frees what has been loaded; what failed to load has been reported to its caller. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    for (const result of await Promise.allSettled(this.#loaded.values())) {
      if (result.status === "fulfilled") stack.use(result.value);
    }
  }
}
