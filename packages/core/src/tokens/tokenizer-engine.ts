import type { Turn } from "./turn.ts";

/** A token's place in its text: `text.slice(start, end)`. Special tokens stand nowhere: [0, 0]. */
export type TokenSpan = readonly [start: number, end: number];

/** The tokens of a text alone, without any special token around them. */
export interface TextTokens {
  readonly ids: Int32Array;
  /** Present when they were asked for. */
  readonly spans?: readonly TokenSpan[];
}

/**
 * What turns text into tokens: normalizer, pre-tokenizer, model and added tokens of a tokenizer.json. Templates,
 * truncation and padding are not its business.
 */
export interface TokenizerEngine {
  /**
   * Tokenizes well-formed texts, in order.
   * @throws the signal's reason.
   */
  tokenize(texts: readonly string[], options: EngineOptions): Promise<TextTokens[]>;
}

export interface EngineOptions {
  readonly withSpans?: boolean | undefined;
  /** The turn on the event loop that the call is a part of. */
  readonly turn: Turn;
  readonly signal?: AbortSignal | undefined;
}
