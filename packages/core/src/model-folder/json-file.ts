import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { z } from "zod";

import { ModelError } from "../errors.ts";

// Configuration files are a few kilobytes; the largest index of a sharded checkpoint seen is below one megabyte.
const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** Reads and checks a JSON file; `undefined` when there is none. */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await readSmallFile(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data;
  throw invalid(path, `is not as expected: ${z.prettifyError(parsed.error)}`, parsed.error);
}

/** The text of a file; `undefined` when there is none. */
export async function readSmallFile(path: string): Promise<string | undefined> {
  const handle = await openIfPresent(path);
  if (handle === undefined) return undefined;
  await using file = handle;
  const { size } = await file.stat();
  if (size > MAX_JSON_BYTES) throw invalid(path, `has ${size} bytes, more than the ${MAX_JSON_BYTES} allowed`);
  return file.readFile("utf8");
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, "is not JSON", cause);
  }
}

function invalid(path: string, problem: string, cause?: unknown): ModelError {
  return new ModelError("model_invalid", `The file ${path} ${problem}.`, {
    hint: "Fetch the model's files again.",
    details: { file: path },
    ...(cause === undefined ? {} : { cause }),
  });
}
