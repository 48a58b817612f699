import type { RagError } from "../errors.ts";
import type { IngestFailure, IngestProgress, IngestReport } from "../schemas/ingest.ts";

/** A file with a wrong mapping fails on every line: this many are told, the rest is counted. */
const MAX_LISTED_FAILURES = 1_000;

/** Counts of one ingestion: what progress and report are made of. */
export class Tally {
  readonly #started = performance.now();
  readonly #onProgress: ((progress: IngestProgress) => void) | undefined;
  readonly #failed: IngestFailure[] = [];
  readonly bytesTotal: number;
  bytesRead = 0;
  files = 0;
  documents = 0;
  unchanged = 0;
  /** Documents of files that were not even parsed. */
  skippedDocuments = 0;
  removed = 0;
  duplicates = 0;
  passages = 0;
  failed = 0;
  aborted = false;

  constructor(bytesTotal: number, onProgress?: (progress: IngestProgress) => void) {
    this.bytesTotal = bytesTotal;
    this.#onProgress = onProgress;
  }

  fail(failure: Omit<IngestFailure, "code" | "message" | "hint">, { code, message, hint }: FailureReason): void {
    this.failed += 1;
    if (this.#failed.length >= MAX_LISTED_FAILURES) return;
    this.#failed.push({ ...failure, code, message, ...(hint !== undefined && { hint }) });
  }

  /** `pending`: documents and passages of the batch that is being stored. */
  report(phase: IngestProgress["phase"], source?: string, pending = { documents: 0, passages: 0 }): void {
    const documents = this.documents + pending.documents;
    const total = phase === "done" ? documents : this.#estimate(documents);
    this.#onProgress?.({
      phase,
      ...(source !== undefined && { source }),
      documents,
      ...(total !== undefined && { total }),
      bytesRead: this.bytesRead,
      bytesTotal: this.bytesTotal,
      passages: this.passages + pending.passages,
      unchanged: this.unchanged,
      failed: this.failed,
      elapsedMs: performance.now() - this.#started,
    });
  }

  finish({ added, skippedFiles }: { added: number; skippedFiles: number }): IngestReport {
    this.report("done");
    const seconds = (performance.now() - this.#started) / 1_000;
    const stored = this.documents - this.unchanged;
    return {
      files: this.files,
      skipped_files: skippedFiles,
      documents: this.documents,
      added: Math.max(0, Math.min(added, stored)),
      changed: stored - Math.max(0, Math.min(added, stored)),
      unchanged: this.unchanged,
      removed: this.removed,
      duplicates: this.duplicates,
      passages: this.passages,
      failed: this.#failed,
      failed_total: this.failed,
      aborted: this.aborted,
      seconds,
      docs_per_second: seconds > 0 ? (this.documents - this.skippedDocuments) / seconds : 0,
    };
  }

  #estimate(documents: number): number | undefined {
    if (documents === 0 || this.bytesRead === 0) return undefined;
    return Math.max(documents, Math.round((documents * this.bytesTotal) / this.bytesRead));
  }
}

type FailureReason = Pick<RagError, "message"> & { readonly code: string; readonly hint?: string | undefined };
