import { randomUUID } from "node:crypto";
import { GalenError } from "@galen/core";
import type { AcceptedWriteRecord, Catalogue } from "../catalogue/catalogue.ts";
import { DbError } from "../errors.ts";
import { hasBytes } from "../objects/read-object.ts";
import type { UpsertResult } from "../schemas/document.ts";
import { Lane } from "./lane.ts";
import type { StoreProgress } from "./store-documents.ts";
import type { UpsertOptions } from "./upsert.ts";

/** A write that was accepted before it was done. */
export interface AcceptedWrite {
  readonly id: string;
  /** The collection's name. */
  readonly collection: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "cancelled";
  /** Documents of the call. */
  readonly documents: number;
  readonly accepted_at: string;
  /** When it is done. */
  readonly result?: UpsertResult;
  /** When it has failed. */
  readonly failure?: { readonly code: string; readonly message: string };
}

export interface AcceptedWritesParts {
  readonly catalogue: Catalogue;
  /** Stores the documents of one. */
  readonly upsert: (
    collectionId: string,
    documents: readonly unknown[],
    options: UpsertOptions & { readonly idempotencyKey: string },
  ) => Promise<UpsertResult>;
}

export interface FollowOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StoreProgress) => void;
}

/** Documents of waiting writes, as JSON. */
const MAX_WAITING_BYTES = 268_435_456;
/** Ended writes that are remembered. */
const MAX_ENDED = 200;

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  readonly listeners: Set<(progress: StoreProgress) => void>;
  hasBegun: boolean;
}

/**
 * Writes that are accepted as soon as the catalogue has them on disk, and done one after another in the background; what an end
 * of the process leaves is done after the next start.
 */
export class AcceptedWrites implements AsyncDisposable {
  readonly #catalogue: Catalogue;
  readonly #upsert: AcceptedWritesParts["upsert"];
  readonly #running = new Map<string, Running>();
  readonly #lane = new Lane();
  #isClosing = false;
  /** Why the end of a write could not be recorded: it is done again after the next start. `Database.verify` tells. */
  failure: unknown;

  constructor({ catalogue, upsert }: AcceptedWritesParts) {
    this.#catalogue = catalogue;
    this.#upsert = upsert;
  }

  /** @throws {DbError} `write_queue_full`, `document_invalid` for documents that are not JSON */
  async accept(collectionId: string, documents: readonly unknown[], source: string | undefined): Promise<string> {
    const id = randomUUID();
    const payload = payloadOf(documents);
    const write = { id, collectionId, source, documents: documents.length, payload };
    if (!(await this.#catalogue.acceptWrite(write, MAX_WAITING_BYTES))) {
      throw new DbError("write_queue_full", "Too much is waiting to be written already.", {
        hint: "Wait until some of it is done.",
        details: { limit_bytes: MAX_WAITING_BYTES },
      });
    }
    this.#enqueue(id);
    return id;
  }

  /** Goes on with what was waiting when the process ended. */
  async resume(): Promise<void> {
    for (const { id, state } of await this.#catalogue.listAcceptedWrites()) if (state === "waiting") this.#enqueue(id);
  }

  /** In order of acceptance: all that wait, and the last that have ended. */
  async list(): Promise<AcceptedWrite[]> {
    const names = await this.#names();
    return (await this.#catalogue.listAcceptedWrites()).map((record) => this.#view(record, names));
  }

  /** @throws {DbError} `write_not_found` */
  async get(id: string): Promise<AcceptedWrite> {
    const record = await this.#catalogue.findAcceptedWrite(id);
    if (record === undefined) throw notFound();
    return this.#view(record, await this.#names());
  }

  /** Resolves with the write when it has ended, or when this process leaves it to the next. */
  async follow(id: string, { signal, onProgress }: FollowOptions = {}): Promise<AcceptedWrite> {
    const running = this.#running.get(id);
    if (running) {
      if (onProgress) running.listeners.add(onProgress);
      await (signal ? Promise.race([running.ended, abortOf(signal)]) : running.ended);
    }
    return this.get(id);
  }

  /** Ends one that waits or runs; what it has stored stays. False when it had ended. @throws {DbError} `write_not_found` */
  async cancel(id: string): Promise<boolean> {
    const { state } = await this.get(id);
    if (state !== "waiting" && state !== "running") return false;
    const isCancelled = await this.#catalogue.endAcceptedWrite(
      id,
      { state: "cancelled", outcome: undefined },
      MAX_ENDED,
    );
    this.#running.get(id)?.controller.abort();
    return isCancelled;
  }

  /** Stops; what is not done is done after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    for (const { controller } of this.#running.values()) controller.abort();
    await this.#lane.idle();
  }

  #enqueue(id: string): void {
    const controller = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#running.set(id, { controller, ended, listeners: new Set(), hasBegun: false });
    void this.#lane.run(async () => {
      await this.#run(id, controller.signal);
      this.#running.delete(id);
      resolve();
    });
  }

  /** A failure is recorded, so that the next one is done whatever became of this. */
  async #run(id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isClosing) return;
    try {
      const [record, payload] = [
        await this.#catalogue.findAcceptedWrite(id),
        await this.#catalogue.acceptedDocuments(id),
      ];
      if (record === undefined || payload === undefined) return;
      const running = this.#running.get(id);
      if (running) running.hasBegun = true;
      const result = await this.#upsert(record.collectionId, JSON.parse(payload) as unknown[], {
        ...(record.source !== undefined && { source: record.source }),
        signal,
        idempotencyKey: `accepted:${id}`,
        onProgress: (progress) => running?.listeners.forEach((listener) => listener(progress)),
      });
      await this.#end(id, "done", result);
    } catch (error) {
      // Cancelled ones have been recorded, and what was interrupted by the end of the process still waits.
      const isInterrupted = signal.aborted || (error instanceof DbError && error.code === "database_closed");
      if (!isInterrupted) await this.#fail(id, error);
    }
  }

  /** A full disk may fail a write and its record alike. */
  async #fail(id: string, error: unknown): Promise<void> {
    try {
      await this.#end(id, "failed", failureOf(error));
    } catch (failure) {
      this.failure = failure;
    }
  }

  async #end(id: string, state: "done" | "failed", outcome: unknown): Promise<void> {
    await this.#catalogue.endAcceptedWrite(id, { state, outcome: JSON.stringify(outcome) }, MAX_ENDED);
  }

  #view(record: AcceptedWriteRecord, names: ReadonlyMap<string, string>): AcceptedWrite {
    const { id, collectionId, state, documents, createdAt, outcome } = record;
    const isRunning = state === "waiting" && this.#running.get(id)?.hasBegun === true;
    return {
      id,
      collection: names.get(collectionId) ?? "",
      state: isRunning ? "running" : state,
      documents,
      accepted_at: createdAt.toISOString(),
      ...(state === "done" && { result: JSON.parse(outcome ?? "") as UpsertResult }),
      ...(state === "failed" && { failure: JSON.parse(outcome ?? "") as NonNullable<AcceptedWrite["failure"]> }),
    };
  }

  async #names(): Promise<Map<string, string>> {
    return new Map((await this.#catalogue.listCollections()).map(({ id, name }) => [id, name]));
  }
}

function payloadOf(documents: readonly unknown[]): string {
  if (documents.some(hasBytes)) {
    throw new DbError(
      "document_invalid",
      "The documents cannot be kept until they are stored: an object is not JSON.",
      {
        hint: "Store documents with objects by `upsert`, or give them their objects later.",
      },
    );
  }
  try {
    return JSON.stringify(documents);
  } catch (cause) {
    throw new DbError("document_invalid", "The documents cannot be kept until they are stored: they are not JSON.", {
      cause,
    });
  }
}

/** Never what the storage said: it may name files, and the catalogue keeps it. */
function failureOf(error: unknown): NonNullable<AcceptedWrite["failure"]> {
  if (error instanceof GalenError) return { code: error.code, message: error.message };
  return { code: "storage_failed", message: "The documents could not be stored." };
}

function notFound(): DbError {
  return new DbError("write_not_found", "There is no accepted write with this id.", {
    hint: "The oldest are forgotten when there are many.",
  });
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
