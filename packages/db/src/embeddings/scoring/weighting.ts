/** What an index knows of all its texts. Deleting changes none of it: scores of what stays do not move. */
export interface TermStatistics {
  /** Texts. */
  readonly total: number;
  /** Tokens of all texts. */
  readonly tokens: number;
  /** Tokens of a text on average. */
  readonly averageLength: number;
}

/** Of a term in a text. */
interface TermOccurrence {
  /** How often the text has it. */
  readonly frequency: number;
  /** How often all texts have it. */
  readonly totalFrequency: number;
  readonly idf: number;
  /** Tokens of the text. */
  readonly length: number;
}

export interface WeightingParameters {
  /** Of BM25: how soon repetition stops counting. @default 1.2 */
  readonly k1?: number;
  /** Of BM25: how much longer texts count less. @default 0.75 */
  readonly b?: number;
  /** Of SIF. @default 0.001 */
  readonly a?: number;
}

/** How much a term counts. */
export interface Weighting {
  idf(documentFrequency: number, statistics: TermStatistics): number;
  weight(occurrence: TermOccurrence, statistics: TermStatistics): number;
}

export type ScoringMethod = "bm25" | "tfidf" | "sif";

/** To add one: a line here and in the type. */
export const weightings: Readonly<Record<ScoringMethod, (parameters: WeightingParameters) => Weighting>> = {
  bm25,
  tfidf: () => tfidf,
  sif,
};

/** Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; idf as in Lucene, never negative. */
function bm25({ k1 = 1.2, b = 0.75 }: WeightingParameters): Weighting {
  return {
    idf: (df, { total }) => Math.log(1 + (total - df + 0.5) / (df + 0.5)),
    weight: ({ frequency, idf, length }, { averageLength }) =>
      (idf * frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * length) / averageLength)),
  };
}

const tfidf: Weighting = {
  idf: (df, { total }) => Math.log((total + 1) / (df + 1)) + 1,
  weight: ({ frequency, idf, length }) => (idf * Math.sqrt(frequency)) / Math.sqrt(length),
};

/** Arora, Liang, Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", ICLR 2017: smooth inverse frequency. */
function sif({ a = 1e-3 }: WeightingParameters): Weighting {
  return {
    idf: (df, statistics) => tfidf.idf(df, statistics),
    weight: ({ totalFrequency }, { tokens }) => a / (a + totalFrequency / tokens),
  };
}
