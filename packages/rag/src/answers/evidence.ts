import type { Passage } from "../context/passage.ts";
import { contentTerms, specificity, stems, type Term } from "../context/terms.ts";
import type { Scored } from "./scores.ts";

/**
 * When a question is answered. Chosen with all-MiniLM-L6-v2 on two collections that were indexed in part, so that a
 * question's own document is there or not: 1,500 MedQuAD answers (85 of their questions; 120 about other illnesses) and 500
 * PubMedQA abstracts without titles (100 of their questions; 100 of abstracts that are not there), each also asked 60 of the
 * other's questions and 24 about cooking, chess and the like. `(cosine + sentence cosine) / 2 + 0.3 × coverage` tells the two
 * kinds apart with an AUROC of 0.98. At 0.8, and with the check of names below, all of the MedQuAD and 87 % of the PubMedQA
 * questions are answered; of those without a document none about other things, 2 % of MedQuAD's put to PubMedQA, 3 % of
 * absent abstracts, and 17 % about an absent illness, most of them from a document about a close relative of it.
 */
const MIN_FIT = 0.8;
const COVERAGE_SHARE = 0.3;
/** A passage this near may put a rare word of the question in its own words; another one is about something else. */
const SAME_THING = 0.7;

/**
 * Without vectors only words tell: this share of the question's content words, by how specific they are, must stand in one
 * passage. Not fitted to a data set. A name or a number must not be missing either; which words are rare nobody knows.
 */
const MIN_COVERAGE = 0.5;

/** Why the documents do not answer the question; `undefined` when they do. */
export async function findReasonToDecline(
  question: string,
  { passages, scored, countTokens }: Evidence,
): Promise<string | undefined> {
  const [best] = scored;
  if (passages.length === 0 || best === undefined) return "No passage was found for this question.";
  const cosine = bestCosine(passages, scored);
  if (!isAbout(best, cosine, scored)) return "The nearest passages are not about what the question asks.";
  if (cosine !== undefined && cosine >= SAME_THING) return undefined;
  const missing = await findMissingName(question, passages, countTokens);
  return missing === undefined ? undefined : `None of the nearest passages mentions “${missing}”.`;
}

export interface Evidence {
  readonly passages: readonly Passage[];
  readonly scored: readonly Scored[];
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
}

/** Of the passages; of the sentences, where a search by keywords did not compare the passages; none without vectors. */
function bestCosine(passages: readonly Passage[], scored: readonly Scored[]): number | undefined {
  const ofSentences = highest(scored);
  return highest(passages.map(({ cosine = ofSentences }) => ({ cosine })));
}

function isAbout({ contextCoverage }: Scored, cosine: number | undefined, scored: readonly Scored[]): boolean {
  const ofSentences = highest(scored);
  if (cosine === undefined || ofSentences === undefined) return contextCoverage >= MIN_COVERAGE;
  return (cosine + ofSentences) / 2 + COVERAGE_SHARE * contextCoverage >= MIN_FIT;
}

function highest(among: readonly { readonly cosine: number | undefined }[]): number | undefined {
  const cosines = among.flatMap(({ cosine }) => cosine ?? []);
  return cosines.length === 0 ? undefined : Math.max(...cosines);
}

/** A name, a number or a rare word of the question that stands in none of the passages. */
async function findMissingName(
  question: string,
  passages: readonly Passage[],
  countTokens: Evidence["countTokens"],
): Promise<string | undefined> {
  const terms = contentTerms(question);
  const rare = await specificity(terms, countTokens);
  const known = stems(passages.map(({ title = "", text }) => `${title} ${text}`).join("\n"));
  const isName = nameTest(question, terms);
  return terms.find((term) => !known.has(term.stem) && (isName(term) || (rare.get(term.stem) ?? 1) > 1))?.word;
}

/** Capitals tell names, unless the question begins with the word or is written Like a Headline. */
function nameTest(question: string, terms: readonly Term[]): (term: Term) => boolean {
  const capitals = terms.filter(({ word }) => /^\p{Lu}/u.test(word)).length;
  const headline = capitals > terms.length / 2 && terms.length > 3;
  return ({ word }) =>
    /\p{N}/u.test(word) || (!headline && /^\p{Lu}/u.test(word) && !question.trimStart().startsWith(word));
}
