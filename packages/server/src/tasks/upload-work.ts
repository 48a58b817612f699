import { readFile } from "node:fs/promises";
import { ingestBytes, type Collection, type IngestOptions } from "../pending.ts";
import type { SpooledUpload } from "./spool-upload.ts";
import type { TaskWork } from "./task-queue.ts";

/** An uploaded file as a task. It is read when its turn comes, so that only one file is in memory at a time. */
export function uploadWork(collection: Collection, upload: SpooledUpload, options: IngestOptions): TaskWork {
  return {
    collection: collection.name,
    name: upload.name,
    run: async ({ signal, onProgress }) => {
      const file = { name: upload.name, mediaType: upload.mediaType, bytes: await readFile(upload.path, { signal }) };
      return ingestBytes(collection, file, { ...options, signal, onProgress });
    },
    release: () => upload.remove(),
  };
}
