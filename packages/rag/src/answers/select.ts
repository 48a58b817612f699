import type { Scored } from "./scores.ts";

/** Sentences of an extractive answer at most; more is a document, not an answer. */
const MAX_SENTENCES = 4;
/** Characters of all of them: about what a person reads before looking at the sources. */
const MAX_LENGTH = 900;
/** A further sentence must be nearly as good as the best one. */
const NEARLY_AS_GOOD = 0.92;
/** A further sentence must come from a passage about the same things: "inherited", but also "Noonan". */
const SAME_SUBJECT = 0.95;
/** Share of equal words from which a sentence says nothing new. */
const SAYS_THE_SAME = 0.6;

/** What the next sentence of a text gains when the one before it is in the answer: they were written to be read together. */
const READS_ON = 0.05;
/** White space, a bullet or a number between two sentences. */
const MAX_GAP = 6;

/** The sentences of the answer, in reading order: the best one's document first, then in the order of the text. */
export function selectSentences(scored: readonly Scored[]): Scored[] {
  const chosen: Scored[] = [];
  while (chosen.length < MAX_SENTENCES) {
    const next = bestAddition(scored, chosen);
    if (next === undefined) break;
    chosen.push(next);
  }
  return inReadingOrder(chosen);
}

function bestAddition(scored: readonly Scored[], chosen: readonly Scored[]): Scored | undefined {
  const [best] = chosen;
  if (best === undefined) return scored[0];
  const length = chosen.reduce((sum, { text }) => sum + text.length, 0);
  const additions = scored.filter((candidate) => !chosen.includes(candidate) && adds(candidate, chosen, length));
  const value = (candidate: Scored) => candidate.score + (chosen.some((one) => follows(candidate, one)) ? READS_ON : 0);
  return additions
    .filter((candidate) => value(candidate) >= best.score * NEARLY_AS_GOOD)
    .reduce<Scored | undefined>((top, one) => (top === undefined || value(one) > value(top) ? one : top), undefined);
}

function follows(next: Scored, { passage, span }: Scored): boolean {
  const gap = next.span.start - span.end;
  return next.passage.documentId === passage.documentId && gap >= 0 && gap <= MAX_GAP;
}

function adds(candidate: Scored, chosen: readonly Scored[], length: number): boolean {
  const best = chosen[0];
  if (best === undefined) return false;
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
