import { createHash, type Hash } from "node:crypto";
import type { FieldType } from "@galen/db/schemas";
import { SPLITTER_VERSION } from "../chunks/split-passages.ts";
import type { FieldNames } from "../loaders/loader.ts";
import type { Source } from "./source.ts";

/** Raised when a loader reads the same bytes into other documents than before: files are then read again. */
const LOADERS_VERSION = 1;

/** Everything but the bytes that decides what a file becomes. */
export interface Reading extends FieldNames {
  readonly format: string;
  readonly fieldTypes: Readonly<Record<string, FieldType>>;
}

/** What is remembered of a source that was read to its end: its content as it was read, and where it lay. */
export interface Memory {
  readonly content: string;
  readonly root: string;
}

export function startHash({ text, title, id, format, fieldTypes }: Reading): Hash {
  const types = Object.entries(fieldTypes).sort(([one], [other]) => (one < other ? -1 : 1));
  const reading = { text, title, id, format, types, splitter: SPLITTER_VERSION, loaders: LOADERS_VERSION };
  return createHash("sha256").update(JSON.stringify(reading)).update("\n");
}

export async function hashSource(source: Source, reading: Reading, signal?: AbortSignal): Promise<string> {
  const hash = startHash(reading);
  for await (const chunk of source.open()) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}

export function writeMemory({ content, root }: Memory): string {
  return `${content}.${root}`;
}

export function readMemory(hash: string): Memory {
  const [content = "", root = ""] = hash.split(".");
  return { content, root };
}
