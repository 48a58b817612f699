/** A request to the process of a contestant: one line of JSON on its stdin. */
export type Request =
  /** Loads the model and encodes the query once, for libraries put work off until then. Comes first. */
  | ({ readonly do: "load" } & Task)
  /** Encodes all texts, tokenizing included. */
  | { readonly do: "encode" }
  /** Encodes the query so many times, one after another. */
  | { readonly do: "query"; readonly times: number }
  /** Writes the vectors of the last `encode`: little-endian float32, one text after another. */
  | { readonly do: "write"; readonly file: string };

/** What a contestant is to encode, and with what. */
export interface Task {
  /** The folder of the model. */
  readonly model: string;
  /** The same model exported: int64 input_ids and attention_mask in, last_hidden_state out. */
  readonly onnx: string;
  /** A JSON file: an array of strings. */
  readonly texts: string;
  readonly query: string;
  readonly threads: number;
}

/** The answers: one line of JSON on stdout for each request, or `{"error": "…"}`. Times are taken inside the process. */
export interface Answers {
  readonly load: { readonly ms: number; readonly versions: Readonly<Record<string, string>> };
  readonly encode: { readonly ms: number };
  readonly query: { readonly ms: readonly number[] };
  readonly write: { readonly dimension: number };
}
