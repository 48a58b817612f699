/** How an index is searched. */
export const modes = ["keyword", "dense", "hybrid"] as const;
export type Mode = (typeof modes)[number];

/** A request to the process of a contestant: one line of JSON on its stdin. */
export type PeerRequest =
  /** Loads the model and encodes one text, for libraries put work off until then. Comes first. */
  | ({ readonly do: "load" } & PeerTask)
  /** Indexes all documents for hybrid search, content included, and has them on disk at the end. */
  | { readonly do: "index" }
  /** One query after another, each embedded anew. */
  | { readonly do: "search"; readonly mode: Mode; readonly queries: readonly string[]; readonly limit: number };

interface PeerTask {
  /** The folder of the model. */
  readonly model: string;
  /** A JSON file: an array of `{ id, title, text }`. */
  readonly documents: string;
  /** An empty folder for the index. */
  readonly folder: string;
  readonly threads: number;
}

/** The answers: one line of JSON on stdout for each request, or `{"error": "…"}`. Times are taken inside the process. */
export interface PeerAnswers {
  readonly load: { readonly ms: number; readonly versions: Readonly<Record<string, string>> };
  readonly index: { readonly ms: number; readonly documents: number };
  /** For each query: milliseconds, and ids from the best on. */
  readonly search: { readonly ms: readonly number[]; readonly ids: readonly (readonly string[])[] };
}

export interface PeerProtocol {
  readonly request: PeerRequest;
  readonly answers: PeerAnswers;
}
