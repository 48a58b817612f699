import { computeBatches, joinRows } from "./compute-batches.ts";
import type { BatchSource, ComputeOptions } from "./compute-batches.ts";
import type { InferencePool } from "./tensors/inference-pool.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";

/** What texts are computed with. */
export interface TextEncoder {
  /** The model, for messages. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly pool: InferencePool;
  /** Longest text in tokens, special tokens included. */
  readonly maxLength: number;
  /** Whether the graph takes a `pooling_mask`. */
  readonly poolingMask: boolean;
}

export interface EncodeTextsOptions extends ComputeOptions {
  /** Tokens at the start of every text that a model with a pooling mask leaves out of the pooling. */
  readonly unpooledTokens: number;
}

/** Texts → the first `dimension` components of their vectors, in order; the rows are views on one buffer. */
export async function encodeTexts(
  texts: readonly string[],
  encoder: TextEncoder,
  { dimension, unpooledTokens, ...options }: EncodeTextsOptions & { readonly dimension: number },
): Promise<Float32Array[]> {
  const vectors = new Float32Array(texts.length * dimension);
  const target = { name: encoder.name, pool: encoder.pool, output: "sentence_embedding" } as const;
  await computeBatches(batchesOf(texts, encoder, unpooledTokens), target, options, (vector, index) => {
    vectors.set(vector.subarray(0, dimension), index * dimension);
  });
  return texts.map((_, index) => vectors.subarray(index * dimension, (index + 1) * dimension));
}

/** Texts → the vectors of their tokens, special tokens included, in order: each row-major [tokens, components]. */
export async function encodeTokens(
  texts: readonly string[],
  encoder: TextEncoder,
  { unpooledTokens, ...options }: EncodeTextsOptions,
): Promise<Float32Array[]> {
  const tokens = texts.map(() => new Float32Array());
  const target = { name: encoder.name, pool: encoder.pool, output: "token_embeddings" } as const;
  await computeBatches(batchesOf(texts, encoder, unpooledTokens), target, options, (vectors, index) => {
    tokens[index] = vectors.slice();
  });
  return tokens;
}

function batchesOf(
  texts: readonly string[],
  { tokenizer, maxLength, poolingMask }: TextEncoder,
  unpooledTokens: number,
): BatchSource {
  return {
    total: texts.length,
    tokenize: (start, end, signal) => tokenizer.encode(texts.slice(start, end), { maxLength, signal }),
    feeds: (rows, length) => {
      const dims = [rows.length, length];
      return {
        input_ids: {
          data: joinRows(
            rows.map(({ ids }) => ids),
            length,
          ),
          dims,
        },
        ...(poolingMask && { pooling_mask: { data: maskAfter(unpooledTokens, dims), dims } }),
      };
    },
  };
}

// 1 for every token but the first `start` of each row.
function maskAfter(start: number, [rows = 0, length = 0]: readonly number[]): Int32Array {
  return Int32Array.from({ length: rows * length }, (_, index) => (index % length < start ? 0 : 1));
}
