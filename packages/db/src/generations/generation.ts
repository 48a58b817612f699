import type { PrepareContext } from "../ingestion/prepare.ts";
import { CollectionWriter } from "../ingestion/writer.ts";
import type { Objects } from "../objects/objects.ts";
import { GenerationView } from "./generation-view.ts";
import type { GenerationParts } from "./generation-view.ts";

interface WritableParts extends GenerationParts {
  readonly objects: Objects;
}

/**
 * The documents of a collection under one model and one declaration of fields, in one table, and all that reads and writes
 * them. A collection has one; while it is indexed anew a second one grows beside it and takes its place.
 */
export class Generation extends GenerationView implements AsyncDisposable {
  readonly writer: CollectionWriter;
  override readonly objects: Objects;
  #closing: Promise<void> | undefined;

  private constructor(parts: WritableParts) {
    super(parts);
    const { record, catalogue, table, objects } = parts;
    this.objects = objects;
    this.writer = new CollectionWriter({ collectionId: record.id, catalogue, table, objects });
  }

  /** Finishes or undoes what a crash left half way, then opens. */
  static async open(parts: WritableParts): Promise<Generation> {
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
    const { catalogue, table, objects, split, record } = this;
    return {
      collectionId: record.id,
      catalogue,
      table,
      objects,
      split,
      embedder: await this.embedder(),
      spaces: await this.embeddingSpaces(),
      source,
      signal,
    };
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
