import type { Collection, Embedder } from "@galen/db";
import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";

export interface GalenEmbeddingsParams extends EmbeddingsParams {
  /** What embeds: a collection's embedder, or any other one. It stays its owner's to dispose. */
  readonly embedder: Embedder;
}

/** A Galen embedder as LangChain's `Embeddings`: plain number arrays, unit length, query and document prompts applied. */
export class GalenEmbeddings extends Embeddings {
  readonly embedder: Embedder;
  /** Vectors handed out, with the text of those that stand for a query. */
  readonly #made = new WeakMap<readonly number[], string | undefined>();

  constructor({ embedder, ...params }: GalenEmbeddingsParams) {
    super(params);
    this.embedder = embedder;
  }

  /** The embeddings that a collection's documents were made with. */
  static async of(collection: Collection, params: EmbeddingsParams = {}): Promise<GalenEmbeddings> {
    return new GalenEmbeddings({ ...params, embedder: await collection.embedder() });
  }

  async embedDocuments(documents: string[]): Promise<number[][]> {
    if (documents.length === 0) return [];
    const vectors = await this.caller.call(() => this.embedder.embedDocuments(documents));
    return vectors.map((vector) => this.#handOut(vector, undefined));
  }

  async embedQuery(document: string): Promise<number[]> {
    return this.#handOut(await this.caller.call(() => this.embedder.embedQuery(document)), document);
  }

  /** The query that a vector of `embedQuery` stands for. */
  queryOf(vector: readonly number[]): string | undefined {
    return this.#made.get(vector);
  }

  /** Whether the vector was made here. */
  made(vector: readonly number[]): boolean {
    return this.#made.has(vector);
  }

  #handOut(vector: Float32Array, query: string | undefined): number[] {
    const plain = Array.from(vector);
    this.#made.set(plain, query);
    return plain;
  }
}
