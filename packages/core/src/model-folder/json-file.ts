import { open } from "node:fs/promises";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { orAbsent } from "./file-presence.ts";
import { isLfsPointer, lfsPointer } from "./lfs-pointer.ts";

// Configuration files are a few kilobytes, and the index of a checkpoint in many shards below one megabyte.
const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** Reads and checks a JSON file; `undefined` when there is none. */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await readTextFile(path, { maxBytes: MAX_JSON_BYTES });
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data;
  throw invalid(path, `is not as expected: ${z.prettifyError(parsed.error)}`, parsed.error);
}

/** The text of a file; `undefined` when there is none. */
export async function readTextFile(path: string, { maxBytes }: { maxBytes: number }): Promise<string | undefined> {
  const handle = await orAbsent(open(path, "r"));
  if (handle === undefined) return undefined;
  await using file = handle;
  const { size } = await file.stat();
  if (size > maxBytes) throw invalid(path, `has ${size} bytes, more than the ${maxBytes} allowed`);
  return file.readFile("utf8");
}

function parseJson(text: string, path: string): unknown {
  if (isLfsPointer(text)) throw lfsPointer(path);
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
