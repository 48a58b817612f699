import { wordsOf } from "../words.ts";

/** Further words that a keyword search looks for, and what one of them is worth beside a word of the query. */
export interface Expansion {
  readonly text: string;
  readonly weight: number;
}

/** What a term may be called otherwise. */
export type Alternatives = (term: string) => readonly string[];

/** What a learned or listed form is worth: it says the same, but was not asked for. */
const WEIGHT = 0.5;
/** Longest term that is looked up, in words. */
const MAX_TERM_WORDS = 6;
/** Further forms of one query: more of them drown what was asked. */
const MAX_EXPANSIONS = 12;

/** Further forms of the terms in a query, without those that it has already. */
export function expandQuery(query: string, sources: readonly Alternatives[]): Expansion[] {
  const words = wordsOf(query);
  const asked = ` ${words.join(" ").toLowerCase()} `;
  const forms = new Set<string>();
  for (let from = 0; from < words.length; from++) {
    for (let length = Math.min(MAX_TERM_WORDS, words.length - from); length > 0; length--) {
      const term = words.slice(from, from + length).join(" ");
      for (const form of sources.flatMap((source) => source(term))) {
        if (!asked.includes(` ${wordsOf(form).join(" ").toLowerCase()} `)) forms.add(form);
      }
    }
  }
  return [...forms].slice(0, MAX_EXPANSIONS).map((text) => ({ text, weight: WEIGHT }));
}
