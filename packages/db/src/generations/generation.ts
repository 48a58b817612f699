import type { PrepareContext } from "../ingestion/prepare.ts";
import { CollectionWriter } from "../ingestion/writer.ts";
import { GenerationView } from "./generation-view.ts";
import type { GenerationParts } from "./generation-view.ts";

/**
 * The documents of a collection under one model and one declaration of fields, in one table, and all that reads and writes
 * them. A collection has one; while it is indexed anew a second one grows beside it and takes its place.
 */
export class Generation extends GenerationView implements AsyncDisposable {
  readonly writer: CollectionWriter;
  #closing: Promise<void> | undefined;

  private constructor(parts: GenerationParts) {
    super(parts);
    const { record, catalogue, table } = parts;
    this.writer = new CollectionWriter({ collectionId: record.id, catalogue, table });
  }

  /** Finishes or undoes what a crash left half way, then opens. */
  static async open(parts: GenerationParts): Promise<Generation> {
    const generation = new Generation(parts);
    await generation.writer.recover();
    return generation;
  }

  /** What preparing documents for this generation needs. */
  async preparation({
    source,
    signal,
  }: {
    source?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<PrepareContext> {
    const { catalogue, table, split, record } = this;
    return { collectionId: record.id, catalogue, table, split, embedder: await this.embedder(), source, signal };
  }

  /** Ends the writer and the table. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.writer.close();
    this.table[Symbol.dispose]();
  }
}
