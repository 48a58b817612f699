import { readFile, stat } from "node:fs/promises";
import { DbError, parseSynonyms } from "@galen/db";
import type { Synonyms } from "@galen/db";
import { ServerError } from "./errors.ts";

/** A list that is held in memory. */
const MAX_BYTES = 67_108_864;

/** @throws ServerError `config_unreadable`, `config_invalid` */
export async function readSynonyms(path: string): Promise<Synonyms> {
  const details = { path };
  const text = await read(path).catch((cause: unknown) => {
    throw new ServerError("config_unreadable", `The synonyms ${path} cannot be read`, { cause, details });
  });
  if (text === undefined)
    throw new ServerError("config_invalid", `${path} has more than ${MAX_BYTES} bytes`, { details });
  try {
    return parseSynonyms(text);
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    throw new ServerError("config_invalid", `${path}: ${error.message}`, { details: { ...details, ...error.details } });
  }
}

async function read(path: string): Promise<string | undefined> {
  return (await stat(path)).size > MAX_BYTES ? undefined : readFile(path, "utf8");
}
