import { createHash } from "node:crypto";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { DbError } from "../errors.ts";

export interface IdempotencyOptions {
  /**
   * A name that the caller gives to one call, 1 to 256 printable ASCII characters: repeating the call with it within 24 hours
   * gives the first answer and writes nothing again.
   */
  readonly idempotencyKey?: string | undefined;
}

const KEY = /^[\x21-\x7e]{1,256}$/;
const KEPT_MS = 24 * 60 * 60_000;

interface Call<Result> {
  /** What is called, with everything that decides its result. */
  readonly call: readonly unknown[];
  readonly run: () => Promise<Result>;
}

/**
 * Calls of one collection that are made once per key. A call that fails is not remembered. A crash between the write and the
 * record of its answer makes the repeated call write again what it wrote before, which changes nothing: `idFor` gives documents
 * without an id the same ones.
 */
export class IdempotentCalls {
  readonly #catalogue: Catalogue;
  readonly #collectionId: () => string;
  readonly #running = new Map<string, { readonly hash: string; readonly result: Promise<unknown> }>();

  /** @param collectionId of the present generation. */
  constructor(catalogue: Catalogue, collectionId: () => string) {
    this.#catalogue = catalogue;
    this.#collectionId = collectionId;
  }

  /** @throws {DbError} `idempotency_key_invalid`, `idempotency_key_reused`; what the call throws. */
  async once<Result>(key: string | undefined, { call, run }: Call<Result>): Promise<Result> {
    if (key === undefined) return run();
    if (!KEY.test(key)) throw invalidKey("it takes 1 to 256 printable ASCII characters");
    const hash = hashOf(call);
    const running = this.#running.get(key);
    if (running) {
      requireSame(running, hash);
      return running.result as Promise<Result>;
    }
    const result = this.#run(key, hash, run);
    this.#running.set(key, { hash, result });
    try {
      return await result;
    } finally {
      this.#running.delete(key);
    }
  }

  async #run<Result>(key: string, hash: string, run: () => Promise<Result>): Promise<Result> {
    const since = new Date(Date.now() - KEPT_MS);
    const recorded = await this.#catalogue.findAnswer(this.#collectionId(), key, since);
    if (recorded) {
      requireSame(recorded, hash);
      return JSON.parse(recorded.response) as Result;
    }
    const result = await run();
    const answer = { hash, response: JSON.stringify(result) };
    await this.#catalogue.recordAnswer(this.#collectionId(), key, answer, since);
    return result;
  }
}

/** The id of a document without one: the same for every repetition of a call, and no other call's. */
export function idFor(key: string): (index: number) => string {
  return (index) => {
    const hex = createHash("sha256").update(`${key}\n${index}`).digest("hex");
    // As RFC 9562 shapes what is made by other rules than its own (version 8).
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `8${hex.slice(13, 16)}`,
      `a${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join("-");
  };
}

function hashOf(call: readonly unknown[]): string {
  try {
    return createHash("sha256").update(JSON.stringify(call)).digest("base64url");
  } catch (cause) {
    throw invalidKey("a call that is not JSON cannot be recognized when it is repeated", cause);
  }
}

function requireSame({ hash }: { readonly hash: string }, called: string): void {
  if (hash === called) return;
  throw new DbError("idempotency_key_reused", "Another call had this idempotency key.", {
    hint: "Give every call a key of its own, and repeat a call with the same content.",
  });
}

function invalidKey(reason: string, cause?: unknown): DbError {
  return new DbError("idempotency_key_invalid", `The idempotency key cannot be used: ${reason}.`, { cause });
}
