import { stat } from "node:fs/promises";
import type { Database } from "@galen/db";
import { openDatabase } from "@galen/rag";
import { loadConfig, type Config } from "../config.ts";
import { ServerError } from "../errors.ts";
import { forgetServer } from "../server-address.ts";

/** Options that most commands share. */
export interface DataOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export interface OpenData extends AsyncDisposable {
  readonly database: Database;
  readonly config: Config;
}

/** The data folder that the settings name, made when it is not there. */
export async function openData({ config: file, data }: DataOptions): Promise<OpenData> {
  const config = loadConfig({ flags: { data }, file });
  const database = await openDatabase(config.data);
  await forgetServer(config.data);
  return { database, config, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

/** The data folder for commands that only read: a mistyped name must not leave an empty folder behind. */
export async function openExistingData(options: DataOptions): Promise<OpenData> {
  const { data } = loadConfig({ flags: { data: options.data }, file: options.config });
  const isFolder = !/^[a-z][a-z0-9+.-]+:/i.test(data);
  if (isFolder && (await stat(data).catch(() => undefined)) === undefined)
    throw new ServerError("input_unreadable", `there is no data folder ${data}`, {
      hint: "Name it with --data, or make it by indexing: galen index COLLECTION PATH",
      details: { data },
    });
  return openData(options);
}
