import type { Scored } from "./scores.ts";

/** Sentences of an extractive answer at most; more is a document, not an answer. */
const MAX_SENTENCES = 4;
/** Characters of all of them: about what a person reads before looking at the sources. */
const MAX_LENGTH = 900;
/** A further sentence must be nearly as good as the best one. */
const NEARLY_AS_GOOD = 0.82;
/** A further sentence must come from a passage about the same things: "inherited", but also "Noonan". */
const SAME_SUBJECT = 0.95;
/** Share of equal words from which a sentence says nothing new. */
const SAYS_THE_SAME = 0.6;

/** The sentences of the answer, in reading order: the best one's document first, then in the order of the text. */
export function selectSentences(scored: readonly Scored[]): Scored[] {
  const chosen: Scored[] = [];
  let length = 0;
  for (const candidate of scored) {
    if (chosen.length >= MAX_SENTENCES) break;
    if (chosen.length > 0 && !adds(candidate, chosen, length)) continue;
    chosen.push(candidate);
    length += candidate.text.length;
  }
  return inReadingOrder(chosen);
}

function adds(candidate: Scored, chosen: readonly Scored[], length: number): boolean {
  const best = chosen[0];
  if (best === undefined || candidate.score < best.score * NEARLY_AS_GOOD) return false;
  if (candidate.contextCoverage < best.contextCoverage * SAME_SUBJECT) return false;
  if (length + candidate.text.length > MAX_LENGTH) return false;
  return !chosen.some((other) => overlap(candidate.stems, other.stems) >= SAYS_THE_SAME);
}

/** Shared words, as a share of the shorter text's. */
function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const smaller = Math.min(one.size, other.size);
  return smaller === 0 ? 1 : [...one].filter((stem) => other.has(stem)).length / smaller;
}

function inReadingOrder(chosen: readonly Scored[]): Scored[] {
  const documents = [...new Set(chosen.map(({ passage }) => passage.documentId))];
  const order = (sentence: Scored) => documents.indexOf(sentence.passage.documentId);
  return [...chosen].sort((one, other) => order(one) - order(other) || one.span.start - other.span.start);
}
