import { existsSync, openAsBlob } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJsonLines } from "../../archive/json-lines.ts";
import type { Collection } from "../../collection.ts";
import { MediaType } from "../../schemas/object.ts";
import type { EmbeddingsOptions } from "../embeddings-options.ts";
import { markComplete } from "../generation.ts";
import type { Generation } from "../generation.ts";
import { readRows } from "../read-generation.ts";
import { storeIncoming } from "../store-documents.ts";
import { DOCUMENTS_FILE, OBJECTS_FILE } from "./save-index.ts";
import { invalid } from "./saved-config.ts";
import { txtaiDocuments } from "./txtai-documents.ts";

const SavedObject = z.object({ id: z.string(), media_type: MediaType, bytes: z.base64() });

/** Fills a new generation with what a folder holds: vectors that the same model made are taken over, others are made anew. */
export async function loadIndex(
  generation: Generation,
  {
    folder,
    nextId,
    options,
  }: { readonly folder: string; readonly nextId: number; readonly options: EmbeddingsOptions },
): Promise<void> {
  generation.nextId = nextId;
  if (existsSync(join(folder, DOCUMENTS_FILE))) {
    await importDocuments(generation.collection, folder);
    await readRows(generation, options);
  } else await storeIncoming(generation, options, txtaiDocuments(folder));
  await markComplete(generation);
}

async function importDocuments(collection: Collection, folder: string): Promise<void> {
  const { failed_total: failed } = await collection.import("jsonl", await openAsBlob(join(folder, DOCUMENTS_FILE)));
  if (failed > 0) throw invalid(`${failed} documents of the folder cannot be stored.`);
  const objects = join(folder, OBJECTS_FILE);
  if (!existsSync(objects)) return;
  for await (const record of readJsonLines((await openAsBlob(objects)).stream())) {
    const object = SavedObject.safeParse("value" in record ? record.value : undefined);
    if (!object.success) throw invalid(`${OBJECTS_FILE}, line ${record.line}: not an object of an index.`);
    const { id, media_type, bytes } = object.data;
    await collection.setObject(id, { media_type, bytes: Buffer.from(bytes, "base64") });
  }
}
