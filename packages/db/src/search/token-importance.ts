import type { Embedder, EmbedOptions } from "../embedder.ts";
import { cosineSimilarity } from "../vectors/cosine-similarity.ts";

/** A word of a text, and how much of the text's likeness to a query goes when it is left out. */
export type TokenImportance = readonly [token: string, importance: number];

export interface ExplainedText {
  /** Of the text. */
  readonly score: number;
  readonly tokens: readonly TokenImportance[];
}

/** Each word costs an embedding of the text without it. */
const MAX_TOKENS = 512;

/** Position and cosine of each text, the most like first. */
export async function similarity(
  query: string,
  texts: readonly string[],
  embedder: Embedder,
  options: EmbedOptions = {},
): Promise<[position: number, score: number][]> {
  const asked = await embedder.embedQuery(query, options);
  const vectors = await embedder.embedDocuments(texts, options);
  const scores = vectors.map((vector, at): [number, number] => [at, cosineSimilarity(asked, vector)]);
  return scores.sort(([left, some], [right, others]) => others - some || left - right);
}

/**
 * What the words of a text add to its score, as txtai's `explain` says it: score − |likeness without the word|. Words after the 512th are
 * not looked at.
 */
export async function tokenImportance(
  query: string,
  { text, score }: { readonly text: string; readonly score: number },
  embedder: Embedder,
  options: EmbedOptions = {},
): Promise<TokenImportance[]> {
  const words = text.split(/\s+/u).filter((word) => word !== "");
  const without = words.slice(0, MAX_TOKENS).map((_, at) => words.toSpliced(at, 1).join(" "));
  if (without.length === 0) return [];
  const scores = new Map(await similarity(query, without, embedder, options));
  return without.map((_, at): TokenImportance => [words[at] ?? "", score - Math.abs(scores.get(at) ?? 0)]);
}
