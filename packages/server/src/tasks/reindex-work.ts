import type { Collection } from "@galen/db";
import type { ReindexRequestInput } from "@galen/db/schemas";
import type { TaskWork } from "./task-queue.ts";

/** A collection that is made anew, as a task. What a stopped one has copied is used by the next with the same settings. */
export function reindexWork(collection: Collection, request: ReindexRequestInput): TaskWork {
  return {
    kind: "reindex",
    collection: collection.name,
    name: "reindex",
    async run({ signal, onProgress }) {
      const started = performance.now();
      await collection.reindex(request, {
        signal,
        onProgress: ({ done, total }) =>
          onProgress({
            phase: "indexing",
            documents: done,
            total,
            bytesRead: 0,
            bytesTotal: 0,
            passages: 0,
            unchanged: 0,
            failed: 0,
            elapsedMs: performance.now() - started,
          }),
      });
      return undefined;
    },
  };
}
