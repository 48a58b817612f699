import type { Embedder } from "@galen/db";
import { contentTerms, coverage, rarity, specificity, stems } from "../context/terms.ts";
import type { Candidate } from "./candidates.ts";
import { embedSentences } from "./sentence-vectors.ts";

/** Candidates that the model reads; the others have fewer of the question's words in worse passages. */
const MAX_EMBEDDED = 8;
/** Characters of a candidate that the model reads: a long sentence and a list say at their beginning what they are about. */
const MAX_READ = 120;
const MAX_TITLE_READ = 80;
const COSINE_WEIGHT = 0.5;
const COVERAGE_WEIGHT = 0.2;
const CONTEXT_WEIGHT = 0.2;
const RANK_WEIGHT = 0.1;
/** Texts say first what matters most. */
const LEAD_WEIGHT = 0.04;
/** What a sentence loses that leans on the one before it. */
const LEANING = 0.06;
const LEANS =
  /^(?:This|These|Those|It|They|Such|He|She|However|But|Also|And|Therefore|Thus|Hence|Moreover|Furthermore|Similarly|Instead|Otherwise|Additionally|In addition|For example|For instance|As a result|In contrast|Then)\b/;

/** A word in the document's title speaks for each of its sentences, but less than one in the sentence. */
const TITLE_SHARE = 0.5;

export interface Scored extends Candidate {
  /** Cosine of sentence and question; absent for a collection without vectors. */
  readonly cosine: number | undefined;
  /** Share of the question's content words in the sentence, those of the title counting half. */
  readonly coverage: number;
  /** Share of the question's content words, by how specific they are, in the sentence's passage and title together. */
  readonly contextCoverage: number;
  readonly score: number;
}

/** The most promising candidates with their scores, best first; equal ones by rank and place. */
export async function scoreCandidates(
  question: string,
  candidates: readonly Candidate[],
  { embedder, signal }: { embedder: Embedder; signal?: AbortSignal | undefined },
): Promise<Scored[]> {
  const prior = await withCoverage(question, candidates, embedder);
  const promising = prior.sort((one, other) => promise(other) - promise(one)).slice(0, MAX_EMBEDDED);
  const cosines = await cosinesOf(question, promising, { embedder, signal });
  return promising
    .map((candidate, index) => ({ ...candidate, cosine: cosines[index] }))
    .map((candidate) => ({ ...candidate, score: scoreOf(candidate) }))
    .sort((one, other) => other.score - one.score || one.rank - other.rank || one.span.start - other.span.start);
}

/** None where nothing is embedded: words alone decide then. */
async function cosinesOf(
  question: string,
  candidates: readonly Candidate[],
  { embedder, signal }: { embedder: Embedder; signal: AbortSignal | undefined },
): Promise<number[]> {
  if (embedder.dimension === 0) return [];
  const [asked, vectors] = await Promise.all([
    embedder.embedQuery(question, signal === undefined ? {} : { signal }),
    embedSentences(candidates.map(readable), { embedder, signal }),
  ]);
  return vectors.map((vector) => dot(asked, vector));
}

/** With its title, as passages are embedded: "Surgery is the mainstay" does not say of what. */
function readable({ text, passage: { title } }: Candidate): string {
  const sentence = text.slice(0, MAX_READ);
  return title === undefined ? sentence : `${title.slice(0, MAX_TITLE_READ)}\n${sentence}`;
}

function promise({ coverage, contextCoverage, rank }: Pick<Scored, "coverage" | "contextCoverage" | "rank">): number {
  return coverage + contextCoverage + 1 / (1 + rank);
}

async function withCoverage(question: string, candidates: readonly Candidate[], embedder: Embedder) {
  const terms = contentTerms(question);
  const specific = await specificity(terms, (texts) => embedder.countTokens(texts));
  const rare = rarity(
    terms,
    candidates.map(({ stems }) => stems),
  );
  const contexts = new Map(candidates.map(({ passage }) => [passage, stems(`${passage.title ?? ""} ${passage.text}`)]));
  const titles = new Map(candidates.map(({ passage }) => [passage, stems(passage.title ?? "")]));
  return candidates.map((candidate) => {
    const inSentence = coverage(rare, candidate.stems);
    const withTitle = coverage(rare, union(candidate.stems, titles.get(candidate.passage)));
    return {
      ...candidate,
      coverage: inSentence + TITLE_SHARE * (withTitle - inSentence),
      contextCoverage: coverage(specific, contexts.get(candidate.passage) ?? new Set()),
    };
  });
}

function union(one: ReadonlySet<string>, other: ReadonlySet<string> = new Set()): Set<string> {
  return new Set([...one, ...other]);
}

function scoreOf({ text, cosine, coverage, contextCoverage, rank, place }: Omit<Scored, "score">): number {
  const words = COVERAGE_WEIGHT * coverage + CONTEXT_WEIGHT * contextCoverage;
  const position = RANK_WEIGHT / (1 + rank) + LEAD_WEIGHT / (1 + place);
  return COSINE_WEIGHT * (cosine ?? 0) + words + position - (LEANS.test(text) ? LEANING : 0);
}

/** Vectors are unit vectors. */
function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
