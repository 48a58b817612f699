import type { Passage } from "../context/passage.ts";
import type { Scored } from "./scores.ts";

/** How well the documents fit a question, in the figures that decide whether it is answered. */
export interface Evidence {
  /** Best cosine of question and passage, or of question and sentence. */
  readonly cosine: number;
  /** Share of the question's content words in the best sentence's passage and its title. */
  readonly coverage: number;
}

const MIN_COSINE = 0.45;
const MIN_COVERAGE = 0.5;

export function weigh(passages: readonly Passage[], scored: readonly Scored[]): Evidence {
  const passageCosines = passages.map(({ cosine }) => cosine ?? 0);
  return {
    cosine: Math.max(0, ...passageCosines, ...scored.map(({ cosine }) => cosine)),
    coverage: scored[0]?.contextCoverage ?? 0,
  };
}

/** Why the question is not answered; `undefined` when it is. */
export function reasonToDecline({ cosine, coverage }: Evidence): string | undefined {
  if (cosine < MIN_COSINE) return "No passage of the documents is about this question.";
  if (coverage < MIN_COVERAGE) return "The nearest passages do not mention what the question asks about.";
  return undefined;
}
