import type { Span } from "@galen/db/schemas";
import { isAbbreviation } from "./abbreviations.ts";
import { findBlocks, trim } from "./blocks.ts";

export interface Sentence extends Span {
  /** Whether it is the first of its paragraph or list item. */
  readonly opensBlock: boolean;
}

/** Characters at a sentence's end in which an abbreviation is looked for. */
const ABBREVIATION_LENGTH = 24;

/** A block without any of these is one sentence; asking the segmenter costs 5 µs, which tables and lists would pay per line. */
const MAY_END = /[.!?\u0589-\uffff]/;

// UAX #29 sentence boundaries, as ICU implements them for English; linear, also on a line without any boundary.
const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Lists that lost their line breaks: "… of cells. - Leukemia may …". For the segmenter a hyphen goes on with the sentence. */
const MAY_HOLD_ITEMS = /\s[-–•*]\s/;
const INLINE_ITEM = /(?<=[.!?]["'”’)\]]?)\s+(?=[-–•*]\s+\S)/g;

/** Sentences of a text, in order, without white space around them. Together they hold all of its other characters. */
export function* findSentences(text: string): Iterable<Sentence> {
  for (const block of findBlocks(text)) {
    let opensBlock = true;
    for (const sentence of sentencesOf(text, block)) {
      for (const item of splitItems(text, sentence)) {
        yield { ...item, opensBlock };
        opensBlock = true;
      }
      opensBlock = false;
    }
  }
}

function* splitItems(text: string, { start, end }: Span): Iterable<Span> {
  let from = start;
  const sentence = text.slice(start, end);
  for (const { index, 0: gap } of MAY_HOLD_ITEMS.test(sentence) ? sentence.matchAll(INLINE_ITEM) : []) {
    yield { start: from, end: start + index };
    from = start + index + gap.length;
  }
  yield { start: from, end };
}

function* sentencesOf(text: string, block: Span): Iterable<Span> {
  // The margin's line ends are spaces here, one for one, so that offsets stay; the segmenter would end a sentence at each.
  const line = text.slice(block.start, block.end).replace(/[\n\r\f\u2028\u2029]/g, " ");
  if (!MAY_END.test(line)) {
    yield block;
    return;
  }
  let start = 0;
  for (const { index, segment } of segmenter.segment(line)) {
    const end = index + segment.length;
    if (end < line.length && joinsNext(line, index, end)) continue;
    const span = trim(line, { start, end });
    if (span.start < span.end) yield { start: block.start + span.start, end: block.start + span.end };
    start = end;
  }
}

function joinsNext(line: string, segmentStart: number, end: number): boolean {
  const before = line.slice(Math.max(segmentStart, end - ABBREVIATION_LENGTH), end).trim();
  return isAbbreviation(before, line.slice(end, end + ABBREVIATION_LENGTH).trimStart());
}
