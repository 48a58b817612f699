import type { LoadedReranker, LoadReranker, Reranker } from "@galen/db";

/** A reranker that is loaded when a search first asks for it; a failed load is tried again by the next. */
export class LazyReranker implements AsyncDisposable {
  readonly #model: string;
  readonly #load: LoadReranker;
  #loaded: Promise<LoadedReranker> | undefined;

  constructor(model: string, load: LoadReranker) {
    this.#model = model;
    this.#load = load;
  }

  readonly rerank: Reranker = async (query, texts, options) => {
    this.#loaded ??= this.#loading();
    return (await this.#loaded).rerank(query, texts, options);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    await loaded?.[Symbol.asyncDispose]();
  }

  async #loading(): Promise<LoadedReranker> {
    try {
      return await this.#load(this.#model);
    } catch (error) {
      this.#loaded = undefined;
      throw error;
    }
  }
}
