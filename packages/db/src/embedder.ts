import type { ModelPrecision } from "./schemas/vectors.ts";
import type { Span } from "./schemas/document.ts";

/** Texts in, vectors out. A collection belongs to one embedder for its life; `model` is what the catalogue remembers. */
export interface Embedder extends AsyncDisposable {
  /** Stable identity: name and fingerprint of the weights and settings. */
  readonly model: string;
  readonly dimension: number;
  /** Longest input in tokens, special tokens included; longer texts are cut. */
  readonly maxTokens: number;
  /** Tokens of each text without special tokens. */
  countTokens(texts: readonly string[]): Promise<number[]>;
  embedDocuments(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  embedQuery(text: string, options?: EmbedOptions): Promise<Float32Array>;
}

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  /** Whether the vectors are scaled to length 1, or are as the model gives them. @default true */
  readonly normalize?: boolean;
}

/** What a collection's embedder is besides its model. Another precision is another embedder. */
export interface EmbedderSettings {
  readonly precision: ModelPrecision;
}

/** Opens the embedder for a model name; `undefined` is the embedded default. */
export type LoadEmbedder = (model: string | undefined, settings: EmbedderSettings) => Promise<Embedder>;

/** Cuts a document's text into the spans that are embedded. In order, non-empty, inside the text; they may overlap. */
export interface Splitter {
  (
    text: string,
    context: { readonly title: string | undefined; readonly embedder: Embedder },
  ): Promise<readonly Span[]>;
  /** Changes when the same text would be cut differently; stored documents then count as changed. @default the function's name */
  readonly version?: string;
}
