import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "../database.ts";
import type { Embedder } from "../embedder.ts";
import { Lane } from "../ingestion/lane.ts";
import { planOf } from "./embeddings-options.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import { createGeneration, dropGeneration, embedderOf } from "./generation.ts";
import type { Generation } from "./generation.ts";
import { modelName, Models } from "./models.ts";
import { readNewest } from "./read-generation.ts";

/** The data folder of an index, and what it holds at present. */
export class OpenedIndex implements AsyncDisposable {
  readonly models: Models;
  readonly #database: Database;
  readonly #owned: AsyncDisposable;
  readonly #lane = new Lane();
  #options: EmbeddingsOptions;
  #generation: Generation | undefined;
  #number: number;

  private constructor(parts: {
    readonly database: Database;
    readonly models: Models;
    readonly owned: AsyncDisposable;
    readonly options: EmbeddingsOptions;
    readonly generation: Generation | undefined;
  }) {
    this.#database = parts.database;
    this.models = parts.models;
    this.#owned = parts.owned;
    this.#options = parts.options;
    this.#generation = parts.generation;
    this.#number = parts.generation?.number ?? 0;
  }

  static async open(options: EmbeddingsOptions): Promise<OpenedIndex> {
    await using stack = new AsyncDisposableStack();
    const { data, loadEmbedder, split } = options;
    const folder = data ?? (await mkdtemp(join(tmpdir(), "galen-embeddings-")));
    if (data === undefined) stack.defer(() => rm(folder, { recursive: true, force: true }));
    const models = stack.use(new Models(loadEmbedder));
    const settings = { loadEmbedder: models.forDatabase, ...(split && { split }) };
    const database = stack.use(await Database.open(folder, settings));
    const generation = await readNewest(database, options);
    return new OpenedIndex({ database, models, options, generation, owned: stack.move() });
  }

  get options(): EmbeddingsOptions {
    return this.#options;
  }

  /** `undefined` before the first `index`. */
  get generation(): Generation | undefined {
    return this.#generation;
  }

  /** One write after the other. */
  write<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#lane.run(task);
  }

  /** A new generation in the place of the present one, which is searched until the new one is whole. Within a `write`. */
  async replace(options: EmbeddingsOptions, fill: (generation: Generation) => Promise<void>): Promise<void> {
    const previous = this.#generation;
    const number = this.#number + 1;
    try {
      const generation = await createGeneration(this.#database, number, options);
      await fill(generation);
      [this.#generation, this.#options, this.#number] = [generation, options, number];
    } catch (error) {
      await dropGeneration(this.#database, number);
      throw error;
    }
    if (!previous) return;
    previous.rows[Symbol.dispose]();
    await dropGeneration(this.#database, previous.number);
  }

  /** Of the index, or of the one that the first `index` will make. */
  async embedder(index?: string): Promise<Embedder> {
    const known = this.#generation && embedderOf(this.#generation, index);
    if (known) return known;
    const options = index === undefined ? this.#options : (this.#options.indexes?.[index] ?? this.#options);
    return this.models.load(modelName(planOf(options), options), { precision: options.precision ?? "fp32" });
  }

  /** After what is being written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lane.idle();
    this.#generation?.rows[Symbol.dispose]();
    await this.#owned[Symbol.asyncDispose]();
  }
}
