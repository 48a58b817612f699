/** Answers of the server that no schema package describes. */
export interface IngestProgress {
  readonly phase: "reading" | "indexing" | "done";
  readonly source?: string;
  readonly documents: number;
  /** Records to come, where the format tells. */
  readonly total?: number;
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly passages: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly elapsedMs: number;
}

export interface IngestFailure {
  readonly source: string;
  readonly line?: number;
  readonly id?: string;
  readonly code: string;
  readonly message: string;
}

export interface IngestReport {
  readonly documents: number;
  readonly added: number;
  readonly changed?: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly passages: number;
  readonly failed: readonly IngestFailure[];
  readonly seconds: number;
  readonly docs_per_second: number;
}

export interface Task {
  readonly id: string;
  readonly kind: "ingest";
  readonly collection: string;
  readonly name: string;
  readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly progress: IngestProgress;
  readonly report?: IngestReport;
  readonly problem?: {
    readonly code: string;
    readonly detail?: string;
    readonly title?: string;
    readonly hint?: string;
  };
  readonly created_at: string;
  readonly updated_at: string;
}

export interface TextWindow {
  readonly id: string;
  readonly title?: string;
  readonly start: number;
  readonly end: number;
  /** Length of the whole text, in UTF-16 units. */
  readonly length: number;
  readonly text: string;
}

export interface About {
  readonly name: string;
  readonly version: string;
  readonly node: string;
  readonly model: unknown;
  readonly notice: string;
  readonly data: string;
}
