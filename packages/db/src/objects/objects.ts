import type { ReadStream } from "node:fs";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { storageError } from "../storage/failure.ts";
import type { ObjectReads, ObjectStore } from "../storage/object-store.ts";

/** Bytes that are to be kept under their hash. */
export interface ObjectContent {
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** A file that is to be kept under its hash. */
export interface ObjectFile {
  readonly sha256: string;
  readonly file: string;
}

/** Hashes in one question to the catalogue. */
const BATCH_HASHES = 1_000;

/**
 * The objects of all documents of a database, as the process that writes sees them. An object is on disk before the catalogue is
 * told of it and is removed after the last document that had it: whenever the process ends, each one that a document has is there,
 * and what is there besides is swept at the next opening.
 */
export class Objects implements ObjectReads {
  readonly #store: ObjectStore;
  readonly #catalogue: Catalogue;
  /** How many writes that are under way need an object which the catalogue may not know of yet. */
  readonly #held = new Map<string, number>();
  /** Objects that are being removed; who wants one of them again waits until it is gone. */
  readonly #removing = new Map<string, Promise<void>>();
  /** What could not be removed; tried again with the next. */
  #left: readonly string[] = [];
  /** Why; `verify` tells. */
  failure: unknown;

  constructor(store: ObjectStore, catalogue: Catalogue) {
    this.#store = store;
    this.#catalogue = catalogue;
  }

  open(hash: string): Promise<ReadStream | undefined> {
    return this.#store.open(hash);
  }

  export(hash: string, file: string): Promise<boolean> {
    return this.#store.export(hash, file);
  }

  /** Resolves when the objects are on disk. None of them is removed before the hold is disposed. */
  async hold(contents: readonly (ObjectContent | ObjectFile)[]): Promise<AsyncDisposable> {
    const hashes = [...new Set(contents.map(({ sha256 }) => sha256))];
    for (const hash of hashes) this.#held.set(hash, (this.#held.get(hash) ?? 0) + 1);
    const release = () => this.#release(hashes);
    try {
      for (const content of contents) await this.#keep(content);
    } catch (error) {
      await release();
      throw storageError(error, "Storing an object");
    }
    return { [Symbol.asyncDispose]: release };
  }

  /** Removes what no document has any more. Does not throw: what it leaves takes space and nothing else. */
  async collect(hashes: readonly string[]): Promise<void> {
    const candidates = [...new Set([...this.#left, ...hashes])];
    this.#left = [];
    try {
      for (let at = 0; at < candidates.length; at += BATCH_HASHES) {
        await this.#removeUnused(candidates.slice(at, at + BATCH_HASHES));
      }
      if (this.#left.length === 0) this.failure = undefined;
    } catch (error) {
      this.failure = error;
      this.#left = [...this.#left, ...candidates];
    }
  }

  /** Removes everything that no document has: what a crash left. Does not throw either. */
  async sweep(): Promise<void> {
    try {
      await this.#store.clear();
      for await (const hashes of this.#store.list()) await this.collect(hashes);
    } catch (error) {
      this.failure = error;
    }
  }

  async #keep(content: ObjectContent | ObjectFile): Promise<void> {
    await this.#removing.get(content.sha256);
    if ("bytes" in content) await this.#store.put(content.sha256, content.bytes);
    else await this.#store.import(content.sha256, content.file);
  }

  async #release(hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) {
      const others = (this.#held.get(hash) ?? 1) - 1;
      if (others > 0) this.#held.set(hash, others);
      else this.#held.delete(hash);
    }
    await this.collect(hashes);
  }

  /**
   * A hash is marked before the catalogue is asked. A write that holds it then is left alone, one that comes later waits, and one
   * that has let go has told the catalogue before.
   */
  async #removeUnused(hashes: readonly string[]): Promise<void> {
    const free = hashes.filter((hash) => !this.#held.has(hash) && !this.#removing.has(hash));
    if (free.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const hash of free) this.#removing.set(hash, promise);
    try {
      for (const hash of await this.#catalogue.unusedObjects(free)) await this.#store.remove(hash);
    } finally {
      for (const hash of free) this.#removing.delete(hash);
      resolve();
    }
  }
}
