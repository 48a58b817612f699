/** What a database needs from a model. `SentenceTransformer` is one; so is anything else that makes vectors of texts. */
export interface Embedder {
  /** Two embedders with the same identity give the same vectors; a collection keeps it to tell a change of model. */
  readonly model: string;
  /** Components of a vector. */
  readonly dimension: number;
  /** Longest text that is not cut off, in the tokens that `countTokens` counts. */
  readonly maxTokens: number;
  countTokens(texts: readonly string[], options?: { signal?: AbortSignal | undefined }): Promise<number[]>;
  embedDocuments(texts: readonly string[], options?: { signal?: AbortSignal | undefined }): Promise<Float32Array[]>;
  embedQuery(text: string, options?: { signal?: AbortSignal | undefined }): Promise<Float32Array>;
}
