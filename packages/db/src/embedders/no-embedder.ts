import type { Embedder } from "../embedder.ts";

/** Tokens of a word on average, in the vocabularies of English encoders: passages come out as long as with one. */
const TOKENS_PER_WORD = 1.3;
const MAX_TOKENS = 512;

/** Stands for the model of a collection without vectors: its vectors have no dimension, and tokens are estimated from words, one for a single word. */
export const noEmbedder: Embedder = {
  model: "none",
  dimension: 0,
  maxTokens: MAX_TOKENS,
  countTokens: async (texts) => texts.map((text) => Math.round(TOKENS_PER_WORD * (text.match(/\S+/g)?.length ?? 0))),
  embedDocuments: async (texts) => texts.map(() => new Float32Array()),
  embedQuery: async () => new Float32Array(),
  [Symbol.asyncDispose]: async () => undefined,
};
