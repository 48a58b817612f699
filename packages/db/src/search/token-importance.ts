import type { Embedder, EmbedOptions } from "../embedder.ts";
import { cosineSimilarity } from "../vectors/cosine-similarity.ts";

/** A word of a text, and how much of the text's likeness to a query goes when it is left out. */
type TokenImportance = readonly [token: string, importance: number];

export interface ExplainedText {
  /** Cosine of query and text. */
  readonly score: number;
  readonly tokens: readonly TokenImportance[];
}

/** Each token costs an embedding of the text without it. */
const MAX_TOKENS = 512;

/**
 * Embeds a text without each of its words in turn (txtai's `explain`): importance = score − |cosine without the word|. Of a text with more
 * than 512 words the first are explained, the others stand beside them.
 */
export async function tokenImportance(
  query: string,
  texts: readonly string[],
  { embedder, ...options }: EmbedOptions & { readonly embedder: Embedder },
): Promise<ExplainedText[]> {
  const asked = await embedder.embedQuery(query, options);
  const explained: ExplainedText[] = [];
  for (const text of texts) {
    const words = text.split(/\s+/).filter((word) => word !== "");
    const without = words.slice(0, MAX_TOKENS).map((_, at) => words.toSpliced(at, 1).join(" "));
    const [whole, ...parts] = await embedder.embedDocuments([text, ...without], options);
    const score = cosineSimilarity(asked, whole);
    const tokens = parts.map((vector, at): TokenImportance => [
      words[at] ?? "",
      score - Math.abs(cosineSimilarity(asked, vector)),
    ]);
    explained.push({ score, tokens });
  }
  return explained;
}
