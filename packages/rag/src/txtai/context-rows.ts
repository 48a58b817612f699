import { RagError } from "../errors.ts";

/** A text that may help with an answer. */
export interface ContextRow {
  /** Of a document, or the place among given texts. */
  readonly id: string | number;
  readonly text: string;
  readonly score: number;
}

/** @throws {RagError} `record_invalid` for a row of a statement that lacks something */
export function contextRow({ id, text, score = 0 }: Readonly<Record<string, unknown>>): ContextRow {
  const isNamed = typeof id === "string" || typeof id === "number";
  if (isNamed && typeof text === "string" && typeof score === "number") return { id, text, score };
  throw new RagError("record_invalid", "The statement gives rows without an id, a text or a score.", {
    hint: "Begin it with: select id, text, score from txtai",
  });
}

/** What the signs before the words of a query ask for, in lower case. */
export interface Signs {
  readonly required: readonly string[];
  readonly excluded: readonly string[];
}

export function signsOf(query: string): Signs {
  const words = query.toLowerCase().split(/\s+/);
  const after = (sign: string) =>
    words.filter((word) => word.startsWith(sign) && word.length > 1).map((word) => stripped(word, sign));
  return { required: after("+"), excluded: after("-") };
}

/** Anywhere in the text, also inside of words. */
export function agrees({ text }: ContextRow, { required, excluded }: Signs): boolean {
  const lower = text.toLowerCase();
  return required.every((word) => lower.includes(word)) && !excluded.some((word) => lower.includes(word));
}

export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}

function stripped(word: string, sign: string): string {
  let [start, end] = [0, word.length];
  while (start < end && word[start] === sign) start++;
  while (end > start && word[end - 1] === sign) end--;
  return word.slice(start, end);
}
