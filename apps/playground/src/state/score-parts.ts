import type { Explanation } from "@galen/db/schemas";

export interface ScorePart {
  readonly leg: "dense" | "keyword";
  /** What the raw score is. */
  readonly measure: string;
  readonly raw: number;
  readonly normalized: number;
  readonly weight: number;
  /** What this leg adds to the score: weight × normalized. */
  readonly part: number;
  readonly rank: number | null;
}

/** The legs of a score in the order in which they are drawn. The parts add up to the score. */
export function partsOf({ dense, keyword }: Explanation): ScorePart[] {
  return (["dense", "keyword"] as const).flatMap((leg) => {
    const explained = leg === "dense" ? dense : keyword;
    if (!explained) return [];
    const { metric, ...scores } = explained;
    const measure = leg === "dense" ? (metric ?? "cosine") : "BM25";
    return [{ leg, measure, ...scores, part: scores.weight * scores.normalized }];
  });
}
