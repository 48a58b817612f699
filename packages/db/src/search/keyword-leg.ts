import { roundScore } from "../tables/passage-row.ts";
import type { ScoredPassage } from "../tables/passage-row.ts";
import type { LegOptions, PassageReads } from "../tables/passage-reads.ts";
import type { TextMatches } from "../tables/text-matches.ts";
import type { CandidateRequest } from "./candidates.ts";
import { byScore, list } from "./list-leg.ts";
import type { ListedLeg } from "./list-leg.ts";
import { wordsOf } from "./words.ts";

/** What a similar word is worth beside the word itself. */
const SIMILAR_SHARE = 0.5;

export interface KeywordLeg extends ListedLeg {
  /** See `CandidateRequest`. */
  readonly all: TextMatches | undefined;
  /** Passages that have similar words only. */
  readonly fuzzy: ReadonlySet<string>;
}

/** Passages with words of the query; where there are fewer than enough, those with similar words after them. */
export async function keywordLeg(
  table: PassageReads,
  { query, where, enough, allMatching }: Pick<CandidateRequest, "query" | "where" | "enough" | "allMatching">,
  depth: number,
): Promise<KeywordLeg> {
  const all = await allMatching();
  const exact = all
    ? { passages: all.best(depth).sort(byScore).slice(0, depth), complete: all.length <= depth }
    : await list((options: LegOptions) => table.matching(query, options), where, depth);
  if (!exact.complete || exact.passages.length >= enough) return { ...exact, all, fuzzy: new Set() };
  const words = wordsOf(query.text);
  const similar = await list((options: LegOptions) => table.matchingSimilar(words, options), where, depth);
  const known = new Set(exact.passages.map(({ id }) => id));
  const added = demoted(
    similar.passages.filter(({ id }) => !known.has(id)),
    exact.passages.at(-1)?.score,
  );
  const both = [...exact.passages, ...added];
  return {
    passages: both.sort(byScore).slice(0, depth),
    complete: similar.complete && both.length <= depth,
    all,
    fuzzy: new Set(added.map(({ id }) => id)),
  };
}

/** Below everything that has the words themselves. */
function demoted(passages: readonly ScoredPassage[], lowest: number | undefined): ScoredPassage[] {
  const best = passages[0]?.score ?? 0;
  const share = SIMILAR_SHARE * (lowest === undefined || best <= lowest ? 1 : lowest / best);
  return passages.map((passage) => ({ ...passage, score: roundScore(share * passage.score) }));
}
