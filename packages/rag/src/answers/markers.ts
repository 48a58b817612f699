/** `[1]`, `[1, 3]`, `[1-3]`, `【1】`, also with the dashes and semicolons that models use. */
const MARKER = /\s*[[【]\s*(\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)\s*[\]】]/g;
/** A range that is longer is a mistake, or a reference of the document itself. */
const MAX_RANGE = 20;

export interface Marked {
  /** The text without markers. */
  readonly text: string;
  /** The numbers that stood in them, each once, in order. */
  readonly numbers: readonly number[];
}

/** Takes the citation markers out of a text. */
export function readMarkers(text: string): Marked {
  const numbers = new Set<number>();
  const plain = text.replace(MARKER, (_, list: string) => {
    for (const number of numbersOf(list)) numbers.add(number);
    return "";
  });
  return { text: plain, numbers: [...numbers] };
}

function numbersOf(list: string): number[] {
  return list.split(/[,;]/).flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split(/[–-]/).map(Number);
    if (to < from || to - from >= MAX_RANGE) return [];
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
