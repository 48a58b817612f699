import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { RagError } from "../errors.ts";
import type { Loader } from "../loaders/loader.ts";

/** Something with bytes that can be read more than once: a file, or what was uploaded. */
export interface Source {
  /** Its path below what was ingested, with `/`. Stable, and nothing of the machine is in it. */
  readonly name: string;
  /** Tells apart folders of the same name: only files of the same root are compared when something has vanished. */
  readonly root: string;
  readonly size: number;
  readonly loader: Loader | undefined;
  open(): AsyncIterable<Uint8Array>;
}

export interface FileFacts {
  readonly name: string;
  readonly root: string;
  readonly size: number;
  readonly loader: Loader | undefined;
}

export function fileSource(path: string, facts: FileFacts): Source {
  return { ...facts, open: () => readFile(path, facts.name) };
}

/** Small against a packed file, so that the bytes read say how far the documents are. */
const READ_BYTES = 64 * 1024;

/** The bytes of a file; errors call it by `name`. */
export async function* readFile(path: string, name: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES });
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Node's own message holds the absolute path; only its code is told. */
export function unreadable(name: string, cause: unknown): RagError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  return new RagError("source_unreadable", `${name} cannot be read (${code})`, { cause });
}

/** A short one-way name for a folder of this machine. */
export function rootOf(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 12);
}
