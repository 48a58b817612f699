import type { Span } from "@galen/db/schemas";

export interface Segment {
  readonly start: number;
  readonly text: string;
  readonly marked: boolean;
}

/** Cuts `text.slice(window)` into marked and plain parts, in order and without loss. Spans may overlap and overhang. */
export function segments(
  text: string,
  spans: readonly Span[],
  window: Span = { start: 0, end: text.length },
): Segment[] {
  const parts: Segment[] = [];
  let at = window.start;
  const push = (end: number, marked: boolean) => {
    if (end > at) parts.push({ start: at, text: text.slice(at, end), marked });
    at = Math.max(at, end);
  };
  for (const { start, end } of merge(spans)) {
    push(Math.min(start, window.end), false);
    push(Math.min(end, window.end), true);
  }
  push(window.end, false);
  return parts;
}

/** The window of at most `length` units that shows the most spans; the head of the text when there is none. */
export function excerptWindow(text: string, spans: readonly Span[], { length = 320 }: { length?: number } = {}): Span {
  if (text.length <= length) return { start: 0, end: text.length };
  const sorted = merge(spans);
  const lead = Math.floor(length / 5);
  let best = { start: 0, count: 0 };
  for (const { start } of sorted) {
    const from = Math.max(0, Math.min(start - lead, text.length - length));
    const count = sorted.filter((other) => other.start >= from && other.end <= from + length).length;
    if (count > best.count) best = { start: from, count };
  }
  const end = best.start + length;
  return { start: wordStart(text, best.start), end: wordEnd(text, Math.min(end, text.length)) };
}

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else if (span.end > span.start) merged.push(span);
  }
  return merged;
}

/** Longest word that is kept whole at an excerpt's edge; scripts without spaces are cut between characters. */
const MAX_WORD = 24;

function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, at + MAX_WORD).search(/\s/);
  return space < 0 ? notInsidePair(text, at) : at + space + 1;
}

function wordEnd(text: string, at: number): number {
  if (at === text.length) return at;
  const tail = text.slice(at - MAX_WORD, at);
  const space = tail.search(/\s\S*$/);
  return space < 0 ? notInsidePair(text, at) : at - tail.length + space;
}

function notInsidePair(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
