/** A request to the process of a contestant: one line of JSON on its stdin. */
export type PeersRequest =
  /** Loads the model and encodes one text, for libraries put work off until then. Comes first. */
  | ({ readonly do: "load" } & PeersTask)
  /** Indexes all documents for hybrid search, content included, and has them on disk at the end. */
  | { readonly do: "index" }
  /** Searches for one query after another. */
  | ({ readonly do: "search"; readonly queries: readonly string[]; readonly limit: number } & Way);

interface PeersTask {
  /** The folder of the model. */
  readonly model: string;
  /** A JSON file: an array of `{ id, title?, text }`. */
  readonly documents: string;
  /** An empty folder for the index. */
  readonly folder: string;
  readonly threads: number;
}

export const searchModes = ["keyword", "dense", "hybrid"] as const;
/** The vector index that somebody gets by default, or one that compares the query with every vector. */
export const vectorIndexes = ["default", "flat"] as const;

/** How a contestant can search. */
export interface Way {
  readonly mode: (typeof searchModes)[number];
  readonly index: (typeof vectorIndexes)[number];
}

/** The answers: one line of JSON on stdout for each request, or `{"error": "…"}`. Times are taken inside the process. */
export interface PeersAnswers {
  readonly load: {
    readonly versions: Readonly<Record<string, string>>;
    /** What a longer text is cut at before it is encoded. */
    readonly max_tokens: number;
  };
  readonly index: {
    readonly ms: number;
    readonly documents: number;
    /** Vectors; a document that is cut into passages has several. */
    readonly vectors: number;
    /** Its kind of vector index, in its own words. */
    readonly vector_index: string;
  };
  /** For each query the ids of the documents, best first, and what the search took with the query's embedding. */
  readonly search: { readonly ids: readonly (readonly string[])[]; readonly ms: readonly number[] };
}

export interface PeersProtocol {
  readonly request: PeersRequest;
  readonly answers: PeersAnswers;
}
