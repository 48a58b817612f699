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
  const facts = await file.stat();
  if (!facts.isFile()) throw invalid(path, "is not a file");
  if (facts.size > maxBytes) throw invalid(path, `has ${facts.size} bytes, more than the ${maxBytes} allowed`);
  const text = await file.readFile("utf8");
  if (isLfsPointer(text)) throw lfsPointer(path);
  return text;
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
