/** Words that say nothing about what a question is about. "not", "without" and "no" stay: they change the answer. */
const STOP_WORDS = new Set(
  `a about after all also am an and any anyone are as at be because been before being but by can could did do does doing for
  from get gets got had has have having he help her here hers him his how i if in into is it its just kind know like may me
  might mine more most much must my of off on once one only or other our out over own people person please same say she should
  so some someone such tell than that the their them then there these they thing things this those through to too under until
  up use used very was we were what when where whether which while who whom why will with would you your`.split(/\s+/),
);

/** Endings that a word takes without changing its subject, longest first. */
const SUFFIXES =
  /(?:eys?|izations?|ational|ations?|itions?|ances?|ences?|ments?|ities|ity|ness|ables?|ibles?|ings?|tics?|ally|als?|ics?|ives?|ous|ies|ers?|ors?|ed|es|is|ly|e|s|y)$/;
const MIN_STEM = 4;

export interface Term {
  readonly stem: string;
  /** As it stands in the text, for messages. */
  readonly word: string;
}

/** The words of a text that carry its meaning, without endings, each once, in order. */
export function contentTerms(text: string): Term[] {
  const terms = new Map<string, Term>();
  for (const [word] of text.normalize("NFKC").matchAll(/[\p{L}\p{N}]+/gu)) {
    const lower = word.toLowerCase();
    if (STOP_WORDS.has(lower) || (lower.length === 1 && !/\p{N}/u.test(lower))) continue;
    const stem = stemOf(lower);
    if (!terms.has(stem)) terms.set(stem, { stem, word });
  }
  return [...terms.values()];
}

export function stems(text: string): Set<string> {
  return new Set(contentTerms(text).map(({ stem }) => stem));
}

/** A light stem: "inherited" and "inheritance", "cause" and "causes", "diagnose" and "diagnosis" are the same. */
function stemOf(word: string): string {
  if (/\p{N}/u.test(word)) return word;
  const shorter = word.replace(SUFFIXES, "");
  return shorter.length >= MIN_STEM ? shorter : word.replace(/(?<=\p{L}{2}[^s])s$/u, "");
}

/** More pieces than this say nothing more about how rare a word is. */
const MAX_PIECES = 4;

/**
 * How specific each term is, from 1: the number of pieces that the tokenizer needs for it. A tokenizer's vocabulary is its
 * language's words by frequency, so "inherited" is one piece and "Noonan" or "alopecia" several.
 */
export async function specificity(
  terms: readonly Term[],
  countTokens: (texts: readonly string[]) => Promise<readonly number[]>,
): Promise<Map<string, number>> {
  const pieces = terms.length === 0 ? [] : await countTokens(terms.map(({ word }) => word));
  return new Map(terms.map(({ stem }, index) => [stem, Math.min(MAX_PIECES, Math.max(1, pieces[index] ?? 1))]));
}

/**
 * How rare each term is among the texts, 0 < weight ≤ 1: a word that all of them share (the illness that was asked about)
 * tells them apart less than one that few have.
 */
export function rarity(terms: readonly Term[], texts: readonly ReadonlySet<string>[]): Map<string, number> {
  const weigh = (stem: string) => {
    const holders = texts.filter((text) => text.has(stem)).length;
    return Math.log(1 + (texts.length + 0.5) / (holders + 0.5)) / Math.log(2 + 2 * texts.length);
  };
  return new Map(terms.map(({ stem }) => [stem, weigh(stem)]));
}

/** Share of the terms' weight that a text has, 0 to 1. */
export function coverage(weights: ReadonlyMap<string, number>, text: ReadonlySet<string>): number {
  let found = 0;
  let all = 0;
  for (const [stem, weight] of weights) {
    all += weight;
    if (text.has(stem)) found += weight;
  }
  return all === 0 ? 0 : found / all;
}
