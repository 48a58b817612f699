import type { Collection } from "@galen/db";
import type { Filter, SearchMode } from "@galen/db/schemas";
import type { CallbackManagerForRetrieverRun } from "@langchain/core/callbacks/manager";
import type { Document } from "@langchain/core/documents";
import { BaseRetriever, type BaseRetrieverInput } from "@langchain/core/retrievers";
import { ensureConfig, type RunnableConfig } from "@langchain/core/runnables";
import { fromHit } from "./documents.ts";

export interface GalenRetrieverInput extends BaseRetrieverInput {
  readonly collection: Collection;
  /** Passages to return. @default 4 */
  readonly k?: number;
  /** @default that of the collection: "hybrid", or "keyword" without vectors */
  readonly mode?: SearchMode;
  readonly filter?: Filter;
  readonly signal?: AbortSignal;
}

/** What one call may ask for differently. */
export interface GalenRetrieverCall extends RunnableConfig {
  readonly k?: number;
  readonly filter?: Filter;
}

/**
 * Passages of a Galen collection, best first, each with its place in its document (`metadata.document_id`, `start`, `end`)
 * and its score. Unlike LangChain's base class it honours `signal` and `timeout`, and `k` and `filter` for one call.
 */
export class GalenRetriever extends BaseRetriever {
  override lc_namespace = ["galen", "retrievers"];
  readonly #input: GalenRetrieverInput;

  constructor(input: GalenRetrieverInput) {
    const { collection: _, signal: __, ...fields } = input;
    super(fields);
    this.#input = input;
  }

  static override lc_name(): string {
    return "GalenRetriever";
  }

  override async invoke(query: string, call: GalenRetrieverCall = {}): Promise<Document[]> {
    const { k, filter, ...config } = call;
    // `ensureConfig` makes a signal of `timeout`.
    const { signal } = ensureConfig(config);
    const bound = new GalenRetriever({
      ...this.#input,
      ...(k !== undefined && { k }),
      ...(filter !== undefined && { filter }),
      ...(signal !== undefined && { signal }),
    });
    return bound.#run(query, config);
  }

  override async _getRelevantDocuments(query: string, _run?: CallbackManagerForRetrieverRun): Promise<Document[]> {
    const { collection, k = 4, mode, filter, signal } = this.#input;
    const given = { ...(mode !== undefined && { mode }), ...(filter !== undefined && { filter }) };
    const request = { query, limit: k, level: "passage" as const, ...given };
    signal?.throwIfAborted();
    const searching = collection.search(request, signal === undefined ? {} : { signal });
    const { hits } = await untilAborted(searching, signal);
    return hits.map(fromHit);
  }

  #run(query: string, config: RunnableConfig): Promise<Document[]> {
    return super.invoke(query, config) as Promise<Document[]>;
  }
}

/** The search itself looks at the signal between its steps; the caller gets its turn at once. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
