import type { Collection } from "@galen/db";
import type { UpsertResult } from "@galen/db/schemas";
import type { IngestProgress, IngestReport } from "@galen/rag";
import type { TaskWork } from "./task-queue.ts";

/** The documents of one request as a task. */
export function upsertWork(collection: Collection, documents: readonly unknown[]): TaskWork {
  const name = `${documents.length} documents`;
  return {
    collection: collection.name,
    name,
    async run({ signal, onProgress }) {
      const started = performance.now();
      const elapsedMs = () => performance.now() - started;
      let stored = { documents: 0, passages: 0 };
      onProgress(progressOf(stored, { documents, elapsedMs: 0 }));
      const result = await collection.upsert(documents, {
        signal,
        onProgress: (progress) => {
          stored = progress;
          onProgress(progressOf(stored, { documents, elapsedMs: elapsedMs() }));
        },
      });
      return reportOf(result, { name, passages: stored.passages, seconds: elapsedMs() / 1_000 });
    },
  };
}

function progressOf(
  stored: { readonly documents: number; readonly passages: number },
  { documents, elapsedMs }: { readonly documents: readonly unknown[]; readonly elapsedMs: number },
): IngestProgress {
  return {
    phase: "indexing",
    documents: stored.documents,
    total: documents.length,
    bytesRead: 0,
    bytesTotal: 0,
    passages: stored.passages,
    unchanged: 0,
    failed: 0,
    elapsedMs,
  };
}

function reportOf(
  { upserted, unchanged, duplicates, failed }: UpsertResult,
  { name, passages, seconds }: { readonly name: string; readonly passages: number; readonly seconds: number },
): IngestReport {
  return {
    files: 0,
    skipped_files: 0,
    documents: upserted,
    added: upserted - unchanged,
    changed: 0,
    unchanged,
    removed: 0,
    duplicates,
    passages,
    failed: failed.map(({ id, code, message }) => ({ source: name, ...(id !== undefined && { id }), code, message })),
    failed_total: failed.length,
    aborted: false,
    seconds,
    docs_per_second: seconds > 0 ? upserted / seconds : 0,
  };
}
