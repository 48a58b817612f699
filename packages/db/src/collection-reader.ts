import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Catalogue, CollectionRecord } from "./catalogue/catalogue.ts";
import { findReady, notFound } from "./catalogue/find-collection.ts";
import { CollectionReads } from "./collection-reads.ts";
import { DbError } from "./errors.ts";
import type { GenerationReads } from "./generations/generation-reads.ts";
import type { GenerationView } from "./generations/generation-view.ts";

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** @default 5,000 */
  readonly timeoutMs?: number;
}

/** Between two looks at the catalogue. */
const POLL_MS = 10;
const WAIT_MS = 5_000;
/** A table is opened anew after writes of the other process, but not more often: its caches have to be filled again. */
const RENEW_MS = 1_000;

interface Opened {
  readonly view: GenerationView;
  version: number;
  renewedAt: number;
}

/** A collection for reading, as the process that writes has acknowledged it. */
export class CollectionReader extends CollectionReads implements Disposable {
  readonly name: string;
  readonly #catalogue: Catalogue;
  readonly #generations: GenerationReads;
  #opened: Opened | undefined;
  /** The generation before: searches that have begun in it, and cursors of their results, may still need it. */
  #replaced: GenerationView | undefined;
  /** One at a time opens or refreshes. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(name: string, catalogue: Catalogue, generations: GenerationReads) {
    super();
    this.name = name;
    this.#catalogue = catalogue;
    this.#generations = generations;
  }

  /**
   * Resolves when a write can be read here: `version` is what the write returned.
   * @throws {DbError} `version_not_reached`, `collection_not_found`
   */
  async waitFor(version: number, { signal, timeoutMs = WAIT_MS }: WaitOptions = {}): Promise<void> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      signal?.throwIfAborted();
      const record = await this.#find();
      if (record.version >= version) return;
      if (performance.now() >= end) {
        throw new DbError("version_not_reached", `The collection ${this.name} has not reached that version yet.`, {
          hint: "Wait longer, or look whether the process that writes is running.",
          details: { version: record.version, wanted: version },
        });
      }
      await pause(POLL_MS, undefined, signal && { signal });
    }
  }

  [Symbol.dispose](): void {
    this.#opened?.view.table[Symbol.dispose]();
    this.#replaced?.table[Symbol.dispose]();
  }

  protected override async view(cursor?: string): Promise<GenerationView> {
    const turn = this.#turn.then(
      () => this.#follow(),
      () => this.#follow(),
    );
    this.#turn = turn.catch(() => undefined);
    const present = await turn;
    const isOfReplaced = cursor !== undefined && this.#replaced?.search.windows.has(cursor) === true;
    return isOfReplaced && this.#replaced ? this.#replaced : present;
  }

  async #follow(): Promise<GenerationView> {
    const record = await this.#find();
    const opened = this.#opened;
    if (opened === undefined || !isSameTable(opened.view.record, record)) return this.#open(record);
    const now = performance.now();
    if (opened.version !== record.version && now >= opened.renewedAt + RENEW_MS) {
      await opened.view.table.refresh();
      this.#opened = { view: opened.view, version: record.version, renewedAt: now };
    } else if (opened.version !== record.version) opened.view.table.forgetVectors();
    return opened.view;
  }

  async #open(record: CollectionRecord): Promise<GenerationView> {
    const view = await this.#generations.view(record);
    this.#replaced?.table[Symbol.dispose]();
    this.#replaced = this.#opened?.view;
    this.#opened = { view, version: record.version, renewedAt: performance.now() };
    return view;
  }

  async #find(): Promise<CollectionRecord> {
    const record = await findReady(this.#catalogue, this.name);
    if (record === undefined) throw await notFound(this.#catalogue, this.name);
    return record;
  }
}

/** Indexing anew makes another table, declaring fields another shape of it, and a trained index is searched in another way. */
function isSameTable(opened: CollectionRecord, present: CollectionRecord): boolean {
  const { id, fields, vectorIndexes } = present;
  return opened.id === id && isDeepStrictEqual([opened.fields, opened.vectorIndexes], [fields, vectorIndexes]);
}
