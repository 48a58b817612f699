import type { PassageVectors } from "../vectors/passage-vectors.ts";
import { leastOfBest } from "../vectors/least-of-best.ts";
import { roundScore, scoredPassage } from "./passage-row.ts";
import type { ScoredPassage } from "./passage-row.ts";
import type { KnownRows } from "./row-names.ts";

export interface TextMatchesParts {
  /** Stable row ids. */
  readonly rows: readonly number[];
  /** BM25 of each. */
  readonly scores: Float32Array;
  readonly known: KnownRows;
  /** The passages that there are now. */
  readonly passages: PassageVectors;
}

/** Every passage that has terms of a query, with its BM25; few of them are ever named. */
export class TextMatches {
  readonly #parts: TextMatchesParts;
  #byRow: Map<number, number> | undefined;

  constructor(parts: TextMatchesParts) {
    this.#parts = parts;
  }

  get length(): number {
    return this.#parts.rows.length;
  }

  /** At least `limit`, and all that tie with the last of them, in no particular order. */
  best(limit: number): ScoredPassage[] {
    const { rows, scores, known, passages } = this.#parts;
    const least = leastOfBest(scores, limit);
    const best: ScoredPassage[] = [];
    for (let at = 0; at < scores.length; at++) {
      const score = scores[at] ?? 0;
      const row = score < least ? undefined : passages.row(known.names.get(rows[at] ?? -1) ?? "");
      if (row) best.push(scoredPassage(row.id, row.rev, roundScore(score)));
    }
    return best;
  }

  /** BM25 of a passage, 0 where it has no term of the query. */
  score(id: string): number {
    const { rows, scores, known } = this.#parts;
    this.#byRow ??= new Map(rows.map((row, at) => [row, scores[at] ?? 0]));
    return roundScore(this.#byRow.get(known.rows.get(id) ?? -1) ?? 0);
  }
}
