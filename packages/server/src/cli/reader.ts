import { GalenError } from "@galen/core";
import type { CollectionInfo, SearchRequestInput, SearchResponse } from "@galen/db/schemas";
import type { Database, DatabaseReader } from "@galen/db";
import { answer, openDatabaseReader, type Answer, type AnswerRequestInput } from "@galen/rag";
import { createClient, GalenHttpError } from "../client.ts";
import { loadConfig, type Config } from "../config.ts";
import { findServer } from "../server-address.ts";
import { chatModelOf } from "../services.ts";
import { openExistingData, type DataOptions } from "./open-data.ts";

interface ReadOptions {
  readonly signal: AbortSignal;
}

/** What commands that only read need of the collections: from the data folder, or from the server that has it. */
export interface Reader extends AsyncDisposable {
  collections(): Promise<CollectionInfo[]>;
  search(collection: string, request: SearchRequestInput, options: ReadOptions): Promise<SearchResponse>;
  answer(collection: string, request: AnswerRequestInput, options: ReadOptions): Promise<Answer>;
}

/**
 * Opens the data folder; one that a running server has is read through that server, whose model is loaded, and one that another
 * process has beside that.
 */
export async function openReader(options: DataOptions): Promise<Reader> {
  try {
    const { database, config, [Symbol.asyncDispose]: dispose } = await openExistingData(options);
    return localReader(database, config, dispose);
  } catch (error) {
    if (!isLocked(error)) throw error;
    return (await remoteReader(options)) ?? besideWriter(options);
  }
}

async function besideWriter({ config: file, data }: DataOptions): Promise<Reader> {
  const config = loadConfig({ flags: { data }, file });
  const database = await openDatabaseReader(config.data);
  return localReader(database, config, () => database[Symbol.asyncDispose]());
}

function localReader(database: Database | DatabaseReader, config: Config, dispose: () => PromiseLike<void>): Reader {
  const chat = chatModelOf(config);
  return {
    collections: () => database.collections(),
    search: async (name, request, options) => (await database.collection(name)).search(request, options),
    answer: async (name, request, options) =>
      answer(await database.collection(name), request, chat === undefined ? options : { ...options, chat }),
    [Symbol.asyncDispose]: dispose,
  };
}

async function remoteReader({ config: file, data }: DataOptions): Promise<Reader | undefined> {
  const config = loadConfig({ flags: { data }, file });
  const url = await findServer(config.data);
  if (url === undefined) return undefined;
  const [key] = config.apiKeys;
  const client = createClient(url, key === undefined ? {} : { key });
  return {
    collections: async () => (await asGalenError(client.collections.list())).collections,
    search: (name, request, options) => asGalenError(client.search(name, request, options)),
    answer: (name, request, options) => asGalenError(client.answers.create(name, request, options)),
    [Symbol.asyncDispose]: async () => {},
  };
}

function isLocked(error: unknown): boolean {
  return error instanceof GalenError && error.code === "data_folder_locked";
}

/** A refusal reads the same wherever it comes from. */
async function asGalenError<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof GalenHttpError)) throw error;
    const { code, detail, hint } = error.problem;
    throw new GalenError(code, detail, hint === undefined ? {} : { hint });
  }
}
