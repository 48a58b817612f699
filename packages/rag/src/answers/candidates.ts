import type { Span } from "@galen/db/schemas";
import { findSentences } from "../chunks/sentences.ts";
import type { Passage } from "../context/passage.ts";
import { stems } from "../context/terms.ts";

/** Something that may be quoted: one sentence, or one that announces a list together with the list. */
export interface Candidate {
  readonly passage: Passage;
  /** Rank of the passage, from 0. */
  readonly rank: number;
  /** Place among what may be quoted of the passage, from 0. */
  readonly place: number;
  /** In the document's text. */
  readonly span: Span;
  readonly text: string;
  readonly stems: ReadonlySet<string>;
}

/** Shorter sentences are headings, fragments and "Yes." */
const MIN_WORDS = 4;
/** A quote is read, not studied. */
const MAX_QUOTE = 600;
/** So many words without a comma are the cells of a table that has lost its lines. */
const MAX_BARE_WORDS = 40;
const BULLET = /^(?:[-*+•–▪◦·]|\(?\d{1,3}[.)])\s+/;
const ANNOUNCES_LIST = /:\s*$|:\s+[-*•]\s[^:]*$/;

/** A sentence that only says where to read on answers nothing. */
const POINTER =
  /\b(?:web ?sites?|web ?pages?|(?:additional|more|further) (?:detailed )?information|for more|see the|click|visit|these resources|provides? the following list|can be (?:found|accessed|viewed)|interested in learning|table below|https?:)\b/i;

/** Everything in the passages that may be quoted, by rank and place. What overlapping passages share comes once. */
export function findCandidates(passages: readonly Passage[]): Candidate[] {
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  for (const [rank, passage] of passages.entries()) {
    let place = 0;
    for (const span of quotable(passage.text)) {
      const text = passage.text.slice(span.start, span.end);
      const offset = passage.span.start;
      const key = `${passage.documentId}\n${offset + span.start}`;
      if (seen.has(key) || !isStatement(text)) continue;
      seen.add(key);
      candidates.push({
        passage,
        rank,
        place: place++,
        span: { start: offset + span.start, end: offset + span.end },
        text,
        stems: stems(text),
      });
    }
  }
  return candidates;
}

function* quotable(text: string): Iterable<Span> {
  const sentences = [...findSentences(text)];
  for (let at = 0; at < sentences.length; at += 1) {
    const sentence = withoutBullet(text, sentences[at] ?? { start: 0, end: 0 });
    const items = ANNOUNCES_LIST.test(text.slice(sentence.start, sentence.end)) ? listAfter(text, sentences, at) : 0;
    yield { start: sentence.start, end: sentences[at + items]?.end ?? sentence.end };
    at += items;
  }
}

/** How many items of the announced list fit into the quote. */
function listAfter(text: string, sentences: readonly Span[], at: number): number {
  const start = sentences[at]?.start ?? 0;
  let items = 0;
  for (let next = sentences[at + 1]; next !== undefined; next = sentences[at + items + 1]) {
    if (!BULLET.test(text.slice(next.start, next.start + 8)) || next.end - start > MAX_QUOTE) break;
    items += 1;
  }
  return items;
}

function withoutBullet(text: string, { start, end }: Span): Span {
  const bullet = BULLET.exec(text.slice(start, Math.min(end, start + 12)));
  return { start: start + (bullet?.[0].length ?? 0), end };
}

function isStatement(text: string): boolean {
  if (text.endsWith("?") || text.endsWith(":") || /^#{1,6}\s|^\|/.test(text)) return false;
  if (POINTER.test(text)) return false;
  const words = text.match(/\p{L}+/gu)?.length ?? 0;
  return words >= MIN_WORDS && (words <= MAX_BARE_WORDS || /[,;:]/.test(text));
}
