import type { Hit } from "../schemas/search.ts";

type Spanned = Pick<Hit, "text" | "passage" | "highlights">;

/** How far an end may move to a space. */
const SLACK = 24;

/** The part of a passage of about `length` characters with the most query terms, the first of such; offsets are those of the document. */
export function snippetOf({ text, passage, highlights }: Spanned, length: number): { start: number; end: number } {
  if (text.length <= length) return { start: passage.start, end: passage.end };
  const spans = highlights.filter(({ field }) => field === "text");
  let [first, most] = [0, 0];
  for (const { start } of spans) {
    // Some words before the term say what it is about.
    const from = Math.min(Math.max(0, start - Math.floor(length / 4)), text.length - length);
    const count = spans.filter((span) => span.start >= from && span.end <= from + length).length;
    if (count > most) [first, most] = [from, count];
  }
  const start = first === 0 ? 0 : afterSpace(text, first);
  const end = first + length >= text.length ? text.length : beforeSpace(text, first + length);
  return { start: passage.start + start, end: passage.start + Math.max(end, start + 1) };
}

function afterSpace(text: string, at: number): number {
  const space = text.slice(at, at + SLACK).search(/\s/u);
  return isInsidePair(text, at + space + 1) || space < 0 ? wholeCharacter(text, at) : at + space + 1;
}

function beforeSpace(text: string, at: number): number {
  const from = Math.max(0, at - SLACK);
  const space = text.slice(from, at).search(/\s\S*$/u);
  return space < 0 ? wholeCharacter(text, at) : from + space;
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  return isInsidePair(text, at) ? at + 1 : at;
}

function isInsidePair(text: string, at: number): boolean {
  return /^[\uDC00-\uDFFF]/.test(text.slice(at, at + 1)) && /[\uD800-\uDBFF]$/.test(text.slice(0, at).slice(-1));
}
