import { computeBatches, joinRows } from "./compute-batches.ts";
import type { BatchSource, ComputeOptions } from "./compute-batches.ts";
import type { InferencePool } from "./tensors/inference-pool.ts";
import type { TokenizedText, Tokenizer } from "./tokens/tokenizer.ts";
import { Turn } from "./tokens/turn.ts";
import { normalizeInPlace } from "./vectors/normalize.ts";

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

/** What stands before every text. */
export interface TextPrefix {
  readonly prefix: string;
  /** Tokens at the start of every text that a model with a pooling mask leaves out of the pooling. */
  readonly unpooledTokens: number;
}

/** What becomes of a sentence vector when it is computed. */
export interface VectorOptions {
  /** How many of its first components are kept. */
  readonly dimension: number;
  /** Whether what is kept is scaled to length 1. */
  readonly normalize: boolean;
}

/** Texts, each behind the prefix. */
export function textSource(texts: readonly string[], encoder: TextEncoder, prefix: TextPrefix): BatchSource {
  return {
    total: texts.length,
    tokenize: (start, end, signal) => tokenizeTexts(texts.slice(start, end), encoder, prefix, signal),
    feeds: (rows, length) => feedsOf(rows, { length, encoder, prefix }),
  };
}

/** Texts that have been tokenized already. */
export function tokenizedSource(rows: readonly TokenizedText[], encoder: TextEncoder, prefix: TextPrefix): BatchSource {
  return {
    total: rows.length,
    tokenize: async (start, end) => rows.slice(start, end),
    feeds: (batch, length) => feedsOf(batch, { length, encoder, prefix }),
  };
}

/** Tokenizes texts as the encoder takes them. */
export function tokenizeTexts(
  texts: readonly string[],
  { tokenizer, maxLength }: TextEncoder,
  { prefix }: TextPrefix,
  signal: AbortSignal,
): Promise<readonly TokenizedText[]> {
  const prefixed = prefix === "" ? texts : texts.map((text) => prefix + text);
  return tokenizer.encode(prefixed, { maxLength, signal });
}

/** Inputs → the vectors of their sentences, in order; the rows are views on one buffer. */
export async function encodeTexts(
  source: BatchSource,
  encoder: TextEncoder,
  { dimension, normalize, ...options }: VectorOptions & ComputeOptions,
): Promise<Float32Array[]> {
  const vectors = new Float32Array(source.total * dimension);
  const row = (index: number): Float32Array => vectors.subarray(index * dimension, (index + 1) * dimension);
  const target = { name: encoder.name, pool: encoder.pool, output: "sentence_embedding" } as const;
  await computeBatches(source, target, options, (vector, index) => {
    const kept = row(index);
    kept.set(vector.subarray(0, dimension));
    if (normalize) normalizeInPlace(kept);
  });
  return collectInTurns(source.total, row);
}

/** Inputs → the vectors of their tokens, special tokens included, in order: each row-major [tokens, components]. */
export async function encodeTokens(
  source: BatchSource,
  encoder: TextEncoder,
  options: ComputeOptions,
): Promise<Float32Array[]> {
  const tokens: Float32Array[] = Array.from({ length: source.total });
  const target = { name: encoder.name, pool: encoder.pool, output: "token_embeddings" } as const;
  await computeBatches(source, target, options, (vectors, index) => {
    tokens[index] = vectors.slice();
  });
  return tokens;
}

// A hundred thousand views at once would hold the event loop up.
const VIEWS_PER_LOOK = 1024;

async function collectInTurns<Item>(count: number, make: (index: number) => Item): Promise<Item[]> {
  const turn = new Turn(undefined);
  const items: Item[] = [];
  for (let index = 0; index < count; index++) {
    if (index % VIEWS_PER_LOOK === 0 && turn.isOver()) await turn.next();
    items.push(make(index));
  }
  return items;
}

interface FeedOptions {
  readonly length: number;
  readonly encoder: TextEncoder;
  readonly prefix: TextPrefix;
}

function feedsOf(
  rows: readonly TokenizedText[],
  { length, encoder: { poolingMask }, prefix: { unpooledTokens } }: FeedOptions,
): ReturnType<BatchSource["feeds"]> {
  const dims = [rows.length, length];
  const ids = rows.map((row) => row.ids);
  return {
    input_ids: { data: joinRows(ids, length), dims },
    ...(poolingMask && { pooling_mask: { data: maskAfter(unpooledTokens, dims), dims } }),
  };
}

// 1 for every token but the first `start` of each row.
function maskAfter(start: number, [rows = 0, length = 0]: readonly number[]): Int32Array {
  return Int32Array.from({ length: rows * length }, (_, index) => (index % length < start ? 0 : 1));
}
