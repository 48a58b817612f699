import type { Passage } from "./passage.ts";
import { stems } from "./terms.ts";

/** Passages of one document, while other documents have something to say. */
const MAX_PER_DOCUMENT = 3;
/** Share of equal words from which two passages say the same. */
const NEAR_DUPLICATE = 0.85;

export interface PackOptions {
  /** Passages at most. */
  readonly limit: number;
  /** Tokens of all passages together, in the units of `countTokens`. @default unlimited */
  readonly tokenBudget?: number;
  readonly countTokens?: (texts: readonly string[]) => Promise<readonly number[]>;
}

/**
 * The passages that an answer reads: in the order of their rank, none twice, those that touch or overlap in their document
 * joined, at most three of one document while there are others, whole ones only within the token budget.
 */
export async function pack(ranked: readonly Passage[], options: PackOptions): Promise<Passage[]> {
  const { limit, tokenBudget = Infinity, countTokens } = options;
  const chosen = joinNeighbours(capDocuments(withoutRepeats(ranked), limit));
  if (tokenBudget === Infinity || countTokens === undefined) return chosen;
  const tokens = await countTokens(chosen.map(({ text }) => text));
  let left = tokenBudget;
  return chosen.filter((_, index) => {
    const cost = tokens[index] ?? 0;
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}

function withoutRepeats(ranked: readonly Passage[]): Passage[] {
  const kept: { passage: Passage; words: Set<string> }[] = [];
  for (const passage of ranked) {
    const words = stems(passage.text);
    if (!kept.some((other) => isRepeat(passage, words, other))) kept.push({ passage, words });
  }
  return kept.map(({ passage }) => passage);
}

/** The neighbour that shares a sentence is no repeat: only words of different places are compared. */
function isRepeat(
  passage: Passage,
  words: ReadonlySet<string>,
  other: { passage: Passage; words: ReadonlySet<string> },
) {
  if (passage.documentId === other.passage.documentId) {
    return passage.span.start === other.passage.span.start && passage.span.end === other.passage.span.end;
  }
  const shared = [...words].filter((word) => other.words.has(word)).length;
  const either = words.size + other.words.size - shared;
  return either > 0 && shared / either >= NEAR_DUPLICATE;
}

function capDocuments(ranked: readonly Passage[], limit: number): Passage[] {
  const perDocument = new Map<string, number>();
  const within: Passage[] = [];
  const beyond: Passage[] = [];
  for (const passage of ranked) {
    const count = (perDocument.get(passage.documentId) ?? 0) + 1;
    perDocument.set(passage.documentId, count);
    (count <= MAX_PER_DOCUMENT ? within : beyond).push(passage);
  }
  const chosen = new Set([...within, ...beyond].slice(0, limit));
  return ranked.filter((passage) => chosen.has(passage));
}

function joinNeighbours(passages: readonly Passage[]): Passage[] {
  const joined: Passage[] = [];
  for (const passage of passages) {
    const at = joined.findIndex((other) => other.documentId === passage.documentId && touches(other, passage));
    const other = joined[at];
    if (other === undefined) joined.push(passage);
    else joined[at] = join(other, passage);
  }
  // A third passage may close the gap between two that were apart.
  return joined.length < passages.length ? joinNeighbours(joined) : joined;
}

function touches(one: Passage, other: Passage): boolean {
  return one.span.start <= other.span.end && other.span.start <= one.span.end;
}

function join(better: Passage, other: Passage): Passage {
  const [first, second] = better.span.start <= other.span.start ? [better, other] : [other, better];
  const added = second.text.slice(Math.max(0, first.span.end - second.span.start));
  const end = Math.max(first.span.end, second.span.end);
  return { ...better, span: { start: first.span.start, end }, text: first.text + added };
}
