/** A short form and what it stands for, as a text defines them: "long form (LF)". */
export interface Abbreviation {
  readonly short: string;
  readonly long: string;
}

/** Words before a parenthesis that can belong to it: as many as characters and some, as Schwartz and Hearst bound it. */
const EXTRA_WORDS = 5;
const MAX_SHORT = 10;
/** Text before a parenthesis that is looked at. */
const MAX_LONG = 200;
/** A parenthesis with something short in it, and nothing nested. */
const PARENTHESIS = /\(([^()]{2,60})\)/g;
const SHORT = /^[\p{L}\p{N}][\p{L}\p{N}\-/.]*$/u;

/**
 * Definitions of abbreviations in a text. Schwartz, Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical
 * text", PSB 2003: the characters of the short form are found in the long one from the right, the first of them at the start of a word.
 */
export function findAbbreviations(text: string): Abbreviation[] {
  const found: Abbreviation[] = [];
  for (const { 1: inside = "", index } of text.matchAll(PARENTHESIS)) {
    const short = inside.split(/[,;]/)[0]?.trim() ?? "";
    if (!isShort(short)) continue;
    const before = text.slice(Math.max(0, index - MAX_LONG), index).trimEnd();
    const candidate = lastWords(before, Math.min(short.length + EXTRA_WORDS, 2 * short.length));
    const long = longFormOf(short, candidate);
    if (long !== undefined) found.push({ short, long });
  }
  return found;
}

function isShort(text: string): boolean {
  return text.length >= 2 && text.length <= MAX_SHORT && SHORT.test(text) && /\p{Lu}/u.test(text);
}

function lastWords(text: string, count: number): string {
  // A definition does not begin before its sentence.
  const sentence = text.split(/[.;:!?]\s|[()]/).at(-1) ?? "";
  return sentence.trim().split(/\s+/).slice(-count).join(" ");
}

/** The shortest end of the candidate that has the characters of the short form in order. */
function longFormOf(short: string, candidate: string): string | undefined {
  let at = candidate.length - 1;
  for (let index = short.length - 1; index >= 0; index--) {
    const character = short.charAt(index).toLowerCase();
    if (!/[\p{L}\p{N}]/u.test(character)) continue;
    const isHere = (place: number) =>
      candidate.charAt(place).toLowerCase() === character && (index > 0 || startsWord(candidate, place));
    while (at >= 0 && !isHere(at)) at--;
    if (at < 0) return undefined;
    at--;
  }
  const long = candidate.slice(at + 1);
  const isLonger = long.length > short.length && /\s/.test(long);
  return isLonger && !long.toLowerCase().split(/\s+/).includes(short.toLowerCase()) ? long : undefined;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
