import type { Random } from "../load/random.ts";

/** Words with their forms that an English stemmer joins; the first names the term. */
const TERMS = [
  ["kidney", "kidneys", "Kidney"],
  ["stone", "stones", "STONE"],
  ["insulin", "Insulin"],
  ["glucose"],
  ["airway", "airways"],
  ["rhythm", "rhythms"],
  ["heart", "hearts"],
  ["rash"],
  ["tablet", "tablets"],
  ["covid"],
  ["19"],
] as const;
/** Too frequent to be indexed. */
const STOP_WORDS = ["the", "and", "of"] as const;

const FORMS = [...TERMS.flat(), ...STOP_WORDS];
const TERM_OF = new Map(TERMS.flatMap((forms) => forms.map((form) => [form.toLowerCase(), forms[0]] as const)));

/** A sentence of some words. It ends with a period, at which texts are cut into passages. */
export function sentence(random: Random): string {
  return `${random.list(random.integer(1, 9), () => random.pick(FORMS)).join(" ")}.`;
}

/** A question with at least one word that can be found. */
export function question(random: Random): string {
  return [random.pick(random.pick(TERMS)), ...random.list(random.integer(0, 3), () => random.pick(FORMS))].join(" ");
}

/** The terms of a text as the full-text index sees them: in lower case, stemmed, without stop words. */
export function termsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return new Set(words.flatMap((word) => TERM_OF.get(word) ?? []));
}
