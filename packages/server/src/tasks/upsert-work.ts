import type { Collection } from "../pending.ts";
import type { IngestProgress } from "../schemas/task.ts";
import type { TaskWork } from "./task-queue.ts";

/** The documents of one request as a task. */
export function upsertWork(collection: Collection, documents: readonly unknown[]): TaskWork {
  const name = `${documents.length} documents`;
  return {
    collection: collection.name,
    name,
    async run({ signal, onProgress }) {
      const started = performance.now();
      const total = documents.length;
      let passages = 0;
      const report = (progress: Partial<IngestProgress>) =>
        onProgress({
          ...{ phase: "indexing", documents: 0, total, bytesRead: 0, bytesTotal: 0, passages, unchanged: 0, failed: 0 },
          ...progress,
          elapsedMs: performance.now() - started,
        });
      report({});
      const result = await collection.upsert(documents, {
        signal,
        onProgress: (progress) => {
          passages = progress.passages;
          report({ documents: progress.documents });
        },
      });
      const failed = result.failed.map(({ id, code, message }) => ({
        source: name,
        ...(id !== undefined && { id }),
        code,
        message,
      }));
      report({ phase: "done", documents: result.upserted, unchanged: result.unchanged, failed: failed.length });
      const seconds = (performance.now() - started) / 1_000;
      return {
        documents: result.upserted,
        added: result.upserted - result.unchanged,
        unchanged: result.unchanged,
        removed: 0,
        passages,
        failed,
        seconds,
        docs_per_second: result.upserted / seconds,
      };
    },
  };
}
