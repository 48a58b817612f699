import { DbError } from "@galen/db";
import type { AcceptedWrite, Database, DbErrorCode } from "@galen/db";
import type { UpsertResult } from "@galen/db/schemas";
import type { IngestProgress, IngestReport } from "@galen/rag";
import type { TaskWork } from "./task-queue.ts";

/** Documents that the database has accepted, as a task; the database stores them, and after a restart goes on with it. */
export function acceptedWork({ writes }: Database, { id, collection, documents }: AcceptedWrite): TaskWork {
  const name = `${documents} documents`;
  return {
    collection,
    name,
    survives: true,
    async run({ signal, onProgress }) {
      const started = performance.now();
      const elapsedMs = () => performance.now() - started;
      let stored = { documents: 0, passages: 0 };
      onProgress(progressOf(stored, { documents, elapsedMs: 0 }));
      const ended = await writes.follow(id, {
        signal,
        onProgress: (progress) => {
          stored = progress;
          onProgress(progressOf(stored, { documents, elapsedMs: elapsedMs() }));
        },
      });
      return reportOf(resultOf(ended), { name, passages: stored.passages, seconds: elapsedMs() / 1_000 });
    },
    onCancel: async () => void (await writes.cancel(id)),
  };
}

function resultOf({ state, result, failure }: AcceptedWrite): UpsertResult {
  if (result) return result;
  // The code is one that an error had when it was recorded.
  if (failure) throw new DbError(failure.code as DbErrorCode, failure.message);
  throw new DOMException(`The write is ${state}`, "AbortError");
}

function progressOf(
  stored: { readonly documents: number; readonly passages: number },
  { documents, elapsedMs }: { readonly documents: number; readonly elapsedMs: number },
): IngestProgress {
  return {
    phase: "indexing",
    documents: stored.documents,
    total: documents,
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
