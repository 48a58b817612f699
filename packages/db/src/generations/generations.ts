import type { CollectionRecord } from "../catalogue/catalogue.ts";
import { DbError } from "../errors.ts";
import type { ReindexInfo, ReindexRequest } from "../schemas/collection.ts";
import { addFields, newFields } from "./add-fields.ts";
import type { GenerationStore } from "./generation-store.ts";
import type { Generation } from "./generation.ts";
import { reindex } from "./reindex.ts";
import type { ReindexOptions } from "./reindex.ts";

/**
 * How long the last replaced generation stays readable: for searches that began in it, and for the cursors of their results. One
 * that was replaced before it is dropped earlier, so that there are never more than three tables.
 */
const RETENTION_MS = 60_000;

/** The present generation of a collection, the one before it as long as readers may need it, and the way to the next. */
export class Generations implements AsyncDisposable {
  readonly #store: GenerationStore;
  #present: Generation;
  #replaced: { readonly generation: Generation; readonly timer: NodeJS.Timeout } | undefined;
  #dropping: Promise<void> = Promise.resolve();
  /** Why a replaced generation could not be dropped; `verify` tells. */
  failure: unknown;
  #running: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(present: Generation, store: GenerationStore) {
    this.#present = present;
    this.#store = store;
  }

  get present(): Generation {
    return this.#present;
  }

  /** The generation whose search gave this cursor, as far as that can be told. */
  ofCursor(cursor: string | undefined): Generation {
    const replaced = this.#replaced?.generation;
    const isOfReplaced = cursor !== undefined && replaced?.search.windows.has(cursor) === true;
    return isOfReplaced ? replaced : this.#present;
  }

  /** Builds the next generation and makes it the present one. @throws {DbError} `reindex_running` */
  reindex(request: ReindexRequest, { signal, onProgress }: ReindexOptions): Promise<void> {
    return this.#alone((closing) =>
      reindex(this.#present, request, {
        store: this.#store,
        signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
        onReplaced: (next) => this.#replace(next),
        ...(onProgress && { onProgress }),
      }),
    );
  }

  /** Puts a generation in the place of the present one, whatever that holds. @throws {DbError} `reindex_running` */
  supersede(make: (replaces: string) => Promise<CollectionRecord>): Promise<void> {
    return this.#alone(async () => {
      const { catalogue, record, writer } = this.#present;
      const begun = await catalogue.findReplacement(record.id);
      if (begun) await this.#store.drop(begun);
      await using stack = new AsyncDisposableStack();
      const next = stack.use(await this.#store.open(await make(record.id)));
      await writer.handOver(async () => {
        await catalogue.forgetCalls(record.id);
        await catalogue.replaceCollection(next.record.id);
        stack.move();
        this.#replace(next);
      });
    });
  }

  /** Declares further fields of the present generation, which is opened anew with them. @throws {DbError} `reindex_running` */
  addFields(request: unknown): Promise<void> {
    return this.#alone(async () => {
      const old = this.#present;
      const fields = newFields(request, old.record.fields);
      if (Object.keys(fields).length === 0) return;
      await old.writer.handOver(async () => {
        await addFields(old, fields);
        const record = await old.catalogue.collectionOf(old.record.id);
        if (record === undefined) throw new Error("the catalogue has lost the collection whose fields were declared");
        this.#replace(await this.#store.open(record));
      });
    });
  }

  /** How far the next generation is, while there is one. */
  async progress(): Promise<ReindexInfo | undefined> {
    const { catalogue, record } = this.#present;
    const next = await catalogue.findReplacement(record.id);
    if (next === undefined) return undefined;
    return {
      state: this.#running ? "running" : "interrupted",
      model: next.model,
      documents: await catalogue.countDocuments(next.id),
      total: await catalogue.countDocuments(record.id),
    };
  }

  /** Ends a reindexing, which can be taken up later, and closes all generations. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#running?.controller.abort(new DbError("database_closed", "The database was closed."));
    await this.#running?.ended;
    this.#dropReplaced();
    await this.#dropping;
    await this.#present[Symbol.asyncDispose]();
  }

  /** One change of the generation at a time; it is told when the collection closes. */
  async #alone(work: (closing: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#running) {
      throw new DbError("reindex_running", "The collection is being made anew already.", {
        hint: "Wait for it, or abort it.",
        details: { collection: this.#present.record.name },
      });
    }
    const controller = new AbortController();
    const running = work(controller.signal);
    this.#running = { controller, ended: running.catch(() => undefined) };
    try {
      await running;
    } finally {
      this.#running = undefined;
    }
  }

  #replace(next: Generation): void {
    const old = this.#present;
    this.#present = next;
    this.#dropReplaced();
    const timer = setTimeout(() => this.#dropReplaced(), RETENTION_MS);
    timer.unref();
    this.#replaced = { generation: old, timer };
  }

  #dropReplaced(): void {
    if (this.#replaced === undefined) return;
    const { generation, timer } = this.#replaced;
    clearTimeout(timer);
    this.#replaced = undefined;
    this.#dropping = this.#dropping.then(() => this.#drop(generation));
  }

  /** One that cannot be dropped now is cleared away when the database is opened the next time. */
  async #drop(generation: Generation): Promise<void> {
    try {
      await generation[Symbol.asyncDispose]();
      // One that was opened anew has its table in common with the one that was opened: whoever comes last takes it along.
      const others = [this.#present, this.#replaced?.generation];
      if (others.every((other) => other?.record.id !== generation.record.id)) await this.#store.drop(generation.record);
    } catch (failure) {
      this.failure = failure;
    }
  }
}
