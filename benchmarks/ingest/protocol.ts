/** A request to the process of a contestant: one line of JSON on its stdin. */
export type IngestRequest =
  /** Loads the model and encodes one text, for libraries put work off until then. Comes first. */
  | ({ readonly do: "load" } & IngestTask)
  /** Indexes all documents for hybrid search, content included, and has them on disk at the end. */
  | { readonly do: "index" }
  /** Asks the index; the answers show that it was built. */
  | { readonly do: "search"; readonly query: string };

interface IngestTask {
  /** The folder of the model. */
  readonly model: string;
  /** A JSON file: an array of `{ id, text }`. */
  readonly documents: string;
  /** An empty folder for the index. */
  readonly folder: string;
  readonly threads: number;
}

/** The answers: one line of JSON on stdout for each request, or `{"error": "…"}`. Times are taken inside the process. */
export interface IngestAnswers {
  readonly load: { readonly ms: number; readonly versions: Readonly<Record<string, string>> };
  readonly index: { readonly ms: number; readonly documents: number };
  readonly search: { readonly ids: readonly string[] };
}

export interface IngestProtocol {
  readonly request: IngestRequest;
  readonly answers: IngestAnswers;
}
