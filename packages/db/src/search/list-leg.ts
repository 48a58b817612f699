import type { PassageRow, ScoredPassage } from "../tables/passage-row.ts";
import type { LegOptions } from "../tables/passage-reads.ts";

/** Deepest that ties at the cut are followed; equal scores beyond are cut in the table's order. */
const MAX_DEPTH = 10_000;

export interface ListedLeg<Passage extends ScoredPassage = ScoredPassage> {
  readonly passages: Passage[];
  /** There are no others. */
  readonly complete: boolean;
}

/** The best `depth` of one leg, in order. Where equal scores straddle the cut, all of them are read, so that the cut is by id. */
export async function list<Passage extends ScoredPassage>(
  read: (options: LegOptions) => Promise<Passage[]>,
  where: string | undefined,
  depth: number,
): Promise<ListedLeg<Passage>> {
  for (let limit = depth + 1; ; limit = Math.min(limit * 4, MAX_DEPTH)) {
    const passages = (await read({ where, limit })).sort(byScore);
    const complete = passages.length < limit;
    const tied = passages[depth - 1]?.score === passages.at(-1)?.score;
    if (complete || !tied || limit >= MAX_DEPTH) {
      return { passages: passages.slice(0, depth), complete: passages.length <= depth };
    }
  }
}

/** Score descending, then id. */
export function byScore(left: PassageRow & { score: number }, right: PassageRow & { score: number }): number {
  if (left.score !== right.score) return right.score - left.score;
  if (left.documentId !== right.documentId) return left.documentId < right.documentId ? -1 : 1;
  return left.chunkNo - right.chunkNo;
}
