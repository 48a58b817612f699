import { openAsBlob } from "node:fs";
import type { Collection } from "@galen/db";
import { ingestBytes, type IngestOptions } from "@galen/rag";
import type { SpooledUpload } from "./spool-upload.ts";
import type { TaskWork } from "./task-queue.ts";

/** An uploaded file as a task; it is read from its temporary folder, piece by piece. */
export function uploadWork(collection: Collection, upload: SpooledUpload, options: IngestOptions): TaskWork {
  return {
    collection: collection.name,
    name: upload.name,
    run: async ({ signal, onProgress }) => {
      const file = { name: upload.name, mediaType: upload.mediaType, bytes: await openAsBlob(upload.path) };
      return ingestBytes(collection, file, { ...options, signal, onProgress });
    },
    release: () => upload.remove(),
  };
}
