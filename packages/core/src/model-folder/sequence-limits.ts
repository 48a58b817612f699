import type { ConfiguredEncoder } from "../models/registry.ts";
import type { SentenceBertConfig } from "./model-config.ts";

/** How long a text may be, and what becomes of it before the tokenizer sees it. */
export interface SequenceLimits {
  /** Longest input of a sentence vector in tokens, special tokens included. */
  readonly maxSeqLength: number;
  /** Longest input that the encoder and its tokenizer can take. */
  readonly maxModelLength: number;
  readonly lowerCase: boolean;
}

/**
 * sentence-transformers, base/modules/transformer.py: the transformer step's own limit if it sets one, else the
 * tokenizer's and the positions', whichever is less. A limit beyond the positions is lowered to them, where
 * sentence-transformers would fail on the first text that is as long.
 */
export function sequenceLimits(
  sentence: SentenceBertConfig | undefined,
  { maxPositions }: ConfiguredEncoder,
  { modelMaxLength = maxPositions }: { readonly modelMaxLength?: number | undefined },
): SequenceLimits {
  const maxModelLength = Math.floor(Math.min(modelMaxLength, maxPositions));
  const own = sentence?.processorLimit ?? sentence?.max_seq_length ?? maxModelLength;
  return { maxModelLength, maxSeqLength: Math.min(own, maxPositions), lowerCase: sentence?.do_lower_case ?? false };
}
