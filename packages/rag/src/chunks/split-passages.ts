import type { Embedder, Splitter } from "@galen/db";
import type { Span } from "@galen/db/schemas";
import { trim } from "./blocks.ts";
import { measure, type Unit } from "./measure.ts";
import { findSentences } from "./sentences.ts";

/** Part of what a file's memory depends on: a change here makes every file be read again. */
export const SPLITTER_VERSION = 1;
/** Passages of 200 to 256 tokens find best (Chroma's chunking report; MedRAG's snippets); small models read 256 with [CLS] and [SEP]. */
export const PASSAGE_TOKENS = 240;
/** [CLS] and [SEP], or <s> and </s>. */
const SPECIAL_TOKENS = 2;
/** A passage is closed at the end of a paragraph once it is this full. */
const FULL_ENOUGH = 0.5;
/** A sentence that takes more of the next passage is not repeated there. */
const MAX_OVERLAP = 0.25;
/** How far passages of one text may exceed their mean, so that the last one is not a stump. */
const SLACK = 1.15;

/**
 * Cuts a text into passages of whole sentences, measured in the embedder's own tokens: at most 240, or what the model
 * reads beside the title. A text within the limit stays whole. Passages end with a paragraph or list item where one ends
 * in their second half, else the next one begins with the last sentence again. Only a sentence that alone exceeds the
 * limit is cut, at a space. Every character that is not white space is in a passage; `text.slice(start, end)` is exact.
 */
export const splitPassages: Splitter = Object.assign(splitText, { version: `sentences-${SPLITTER_VERSION}` });

async function splitText(text: string, { title, embedder }: SplitContext): Promise<Span[]> {
  const whole = trim(text, { start: 0, end: text.length });
  if (whole.start === whole.end) return [];
  const limit = await passageLimit(title, embedder);
  const units = await measure(text, findSentences(text), { embedder, limit });
  const total = units.reduce((sum, unit) => sum + unit.tokens, 0);
  if (total <= limit) return [whole];
  return group(units, Math.min(limit, Math.ceil((total / Math.ceil(total / limit)) * SLACK)));
}

type SplitContext = Parameters<Splitter>[1];

/** The title is embedded with every passage; a very long one may not take more than half of the room. */
async function passageLimit(title: string | undefined, embedder: Embedder): Promise<number> {
  const room = Math.max(1, embedder.maxTokens - SPECIAL_TOKENS);
  const [titleTokens = 0] = title === undefined ? [] : await embedder.countTokens([title]);
  return Math.min(PASSAGE_TOKENS, Math.max(Math.ceil(room / 2), room - titleTokens));
}

function group(units: readonly Unit[], limit: number): Span[] {
  const passages: Span[] = [];
  let first = 0;
  let covered = 0;
  while (covered < units.length) {
    const end = atBlockEnd(units, first, fill(units, first, covered, limit), limit);
    passages.push({ start: units[first]?.start ?? 0, end: units[end - 1]?.end ?? 0 });
    covered = end;
    first = repeatLast(units, first, covered, limit) ? covered - 1 : covered;
  }
  return passages;
}

/** Past the last unit that fits; at least one that no passage has yet. */
function fill(units: readonly Unit[], first: number, covered: number, limit: number): number {
  let tokens = 0;
  let end = first;
  for (let unit = units[end]; unit !== undefined; unit = units[end]) {
    if (tokens + unit.tokens > limit && end > covered) break;
    tokens += unit.tokens;
    end += 1;
  }
  return end;
}

/** Back to the last end of a paragraph, if the passage stays at least half full. */
function atBlockEnd(units: readonly Unit[], first: number, end: number, limit: number): number {
  if (end >= units.length) return end;
  let tokens = 0;
  let best = end;
  for (let at = first; at < end; at += 1) {
    tokens += units[at]?.tokens ?? 0;
    if (tokens >= limit * FULL_ENOUGH && units[at + 1]?.opensBlock === true) best = at + 1;
  }
  return best;
}

function repeatLast(units: readonly Unit[], first: number, end: number, limit: number): boolean {
  const [last, next] = [units[end - 1], units[end]];
  if (last === undefined || next === undefined || end - 1 <= first || next.opensBlock) return false;
  return last.tokens <= limit * MAX_OVERLAP && last.tokens + next.tokens <= limit;
}
