/**
 * An embedder without a model: every text is a hashed bag of its words, so texts that share words are near each other and equal
 * texts are equal. It counts what it was asked, so that a test can prove that something was *not* embedded again.
 */
export class FakeEmbedder implements AsyncDisposable {
  readonly model: string;
  readonly dimension: number;
  readonly maxTokens: number;
  /** Every text given to `embedDocuments`, in order. */
  readonly documents: string[] = [];
  /** Every text given to `embedQuery`, in order. */
  readonly queries: string[] = [];
  disposed = false;
  readonly #beforeEmbed: BeforeEmbed;
  readonly #remember: boolean;

  constructor({
    model = "fake-words",
    dimension = 256,
    maxTokens = 256,
    beforeEmbed = noop,
    remember = true,
  }: FakeEmbedderOptions = {}) {
    this.model = model;
    this.dimension = dimension;
    this.maxTokens = maxTokens;
    this.#beforeEmbed = beforeEmbed;
    this.#remember = remember;
  }

  /** A token is a word. */
  async countTokens(texts: readonly string[]): Promise<number[]> {
    return texts.map((text) => words(text).length);
  }

  async embedDocuments(
    texts: readonly string[],
    { signal, normalize = true }: FakeEmbedOptions = {},
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    if (this.#remember) this.documents.push(...texts);
    await this.#beforeEmbed(texts);
    signal?.throwIfAborted();
    return texts.map((text) => this.#embed(text, normalize));
  }

  async embedQuery(text: string, { signal, normalize = true }: FakeEmbedOptions = {}): Promise<Float32Array> {
    signal?.throwIfAborted();
    if (this.#remember) this.queries.push(text);
    return this.#embed(text, normalize);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  #embed(text: string, normalize: boolean): Float32Array {
    const vector = new Float32Array(this.dimension);
    for (const word of words(text).slice(0, this.maxTokens)) {
      const hash = fnv1a(word);
      const at = hash % this.dimension;
      vector[at] = (vector[at] ?? 0) + (hash & 0x1_0000 ? 1 : -1);
    }
    return normalize ? unit(vector) : vector;
  }
}

export interface FakeEmbedderOptions {
  /** Identity that a collection remembers. */
  readonly model?: string;
  readonly dimension?: number;
  readonly maxTokens?: number;
  /** Runs before each batch of documents: wait on a gate, throw, or count. */
  readonly beforeEmbed?: BeforeEmbed;
  /** Off where memory is measured. @default true */
  readonly remember?: boolean;
}

interface FakeEmbedOptions {
  readonly signal?: AbortSignal;
  /** Whether vectors have length 1. @default true */
  readonly normalize?: boolean;
}

type BeforeEmbed = (texts: readonly string[]) => void | Promise<void>;

function noop(): void {}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** FNV-1a, 32 bits. */
function fnv1a(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** A text without words points along the first axis: a zero vector has no direction to compare. */
function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  if (norm === 0) {
    vector[0] = 1;
    return vector;
  }
  return vector.map((value) => value / norm);
}
