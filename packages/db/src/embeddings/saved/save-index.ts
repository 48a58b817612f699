import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeJsonLines } from "../../archive/json-lines.ts";
import type { Collection } from "../../collection.ts";
import { DbError } from "../../errors.ts";
import type { EmbeddingsOptions } from "../embeddings-options.ts";
import type { Generation } from "../generation.ts";
import { storedTexts } from "../stored-vectors.ts";
import { CONFIG_FILE, isSaved } from "./saved-config.ts";

/** Documents with their vectors, as a collection exports them. */
export const DOCUMENTS_FILE = "documents.jsonl";
/** Bytes beside documents, of which an export has none. */
export const OBJECTS_FILE = "objects.jsonl";

/** Writes an index to a folder, in the place of one that was saved there before: at any time one of them is there whole. */
export async function saveIndex(generation: Generation, options: EmbeddingsOptions, path: string): Promise<void> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const { collection } = generation;
    await pipeline(collection.export("jsonl", { vectors: true }), createWriteStream(join(folder, DOCUMENTS_FILE)));
    if (options.objects) {
      await pipeline(writeJsonLines(objectsOf(collection)), createWriteStream(join(folder, OBJECTS_FILE)));
    }
    await writeFile(join(folder, CONFIG_FILE), JSON.stringify(savedConfig(generation, options), undefined, 2));
    await replace(target, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What can be written down: code and places of this machine cannot. */
export function savedConfig(generation: Generation | undefined, options: EmbeddingsOptions): Record<string, unknown> {
  const { loadEmbedder: _load, split: _split, data: _data, functions: _functions, ...written } = options;
  if (!generation) return written;
  const { nextId, rows } = generation;
  const autoid = typeof options.autoid === "string" ? options.autoid : nextId;
  return { ...written, autoid, offset: rows.nextIndexid };
}

async function* objectsOf(collection: Collection): AsyncGenerator<object> {
  for await (const { document } of storedTexts(collection)) {
    const object = await collection.object(document.id);
    if (!object) continue;
    yield { id: document.id, media_type: object.media_type, bytes: Buffer.from(object.bytes).toString("base64") };
  }
}

async function replace(target: string, folder: string): Promise<void> {
  const old = `${folder}-old`;
  const isThere = await renamed(target, old);
  if (isThere && !(await isSaved(old))) {
    await rename(old, target);
    throw new DbError("import_invalid", "The folder holds something else than a saved index.", {
      hint: "Name a folder that does not exist, or one that save has written.",
    });
  }
  await rename(folder, target);
  await rm(old, { recursive: true, force: true });
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
