import type { Span } from "@galen/db/schemas";

/** A line this long was broken by its writer's margin; the next line goes on with the paragraph. */
const MIN_WRAPPED_LENGTH = 50;
/** List items, headings, quotes, table rows and code fences begin a block of their own. */
const BLOCK_START = /^\s*(?:[-*+•–▪◦·]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s|#{1,6}\s|>|\||```|~~~)/;
/** A heading or a table row ends with its line. */
const ONE_LINE_BLOCK = /^\s*(?:#{1,6}\s|\|)/;

/** Paragraphs, list items, headings and table rows of a text, in order and without white space around them. */
export function* findBlocks(text: string): Iterable<Span> {
  let block: Span | undefined;
  let lastLine: Span | undefined;
  for (const line of findLines(text)) {
    const empty = line.start === line.end;
    if (block !== undefined && lastLine !== undefined && !empty && continues(text, lastLine, line)) {
      block = { start: block.start, end: line.end };
    } else {
      if (block !== undefined) yield block;
      block = empty ? undefined : line;
    }
    lastLine = line;
  }
  if (block !== undefined) yield block;
}

/** Lines without white space around them; an empty line is an empty span. */
function* findLines(text: string): Iterable<Span> {
  let start = 0;
  for (const { index, 0: lineEnd } of text.matchAll(/\r\n|[\n\r\f\u2028\u2029]/g)) {
    yield trim(text, { start, end: index });
    start = index + lineEnd.length;
  }
  yield trim(text, { start, end: text.length });
}

/** The span without the white space at its ends. */
export function trim(text: string, { start, end }: Span): Span {
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return { start, end };
}

function isSpace(text: string, index: number): boolean {
  return /\s/.test(text.charAt(index));
}

function continues(text: string, lastLine: Span, line: Span): boolean {
  const next = text.slice(line.start, line.start + 8);
  if (BLOCK_START.test(`${next} `) || ONE_LINE_BLOCK.test(text.slice(lastLine.start, lastLine.start + 8))) return false;
  return lastLine.end - lastLine.start >= MIN_WRAPPED_LENGTH || /^\p{Ll}/u.test(next);
}
