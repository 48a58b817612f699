import type { Highlight, Hit } from "../schemas/search.ts";
import { WORDS, wordsOf } from "./words.ts";
import type { PassageTable } from "../tables/passage-table.ts";

/** Words whose terms are remembered: the vocabulary of a large medical collection. */
const MAX_REMEMBERED_WORDS = 100_000;
/** Stands between words that are analysed together, to tell their terms apart; no text has it. */
const SEPARATOR = "galenseparatorword";

/** Finds the words of a text that a keyword query matches: same analyser, so "stones" highlights for "stone". */
export class Highlighter {
  readonly #table: PassageTable;
  /** Word, in its own case: whether that counts is the analyser's affair → its term; empty for words that are not indexed. */
  readonly #terms = new Map<string, string>();
  #separator: string | undefined;

  constructor(table: PassageTable) {
    this.#table = table;
  }

  /** Spans of query terms in each hit's text and title. */
  async highlight(query: string, hits: readonly Pick<Hit, "text" | "title">[]): Promise<Highlight[][]> {
    const texts = hits.flatMap(({ text, title = "" }) => [text, title]);
    await this.#learn([query, ...texts].flatMap(wordsOf));
    const wanted = new Set(wordsOf(query).map((word) => this.#terms.get(word)));
    wanted.delete("");
    wanted.delete(undefined);
    const matches = (word: string) => wanted.has(this.#terms.get(word));
    return hits.map(({ text, title = "" }) => [...spans(title, "title", matches), ...spans(text, "text", matches)]);
  }

  async #learn(words: readonly string[]): Promise<void> {
    if (this.#terms.size > MAX_REMEMBERED_WORDS) this.#terms.clear();
    const unknown = [...new Set(words)].filter((word) => !this.#terms.has(word));
    if (unknown.length === 0) return;
    this.#separator ??= (await this.#table.tokenize(SEPARATOR)).map(({ text }) => text).join("");
    const tokens = await this.#table.tokenize(unknown.join(` ${SEPARATOR} `));
    for (const word of unknown) this.#terms.set(word, "");
    let at = 0;
    for (const { text } of tokens) {
      const word = unknown[at];
      if (text === this.#separator) at++;
      else if (word !== undefined) this.#terms.set(word, text);
    }
  }
}

function* spans(text: string, field: Highlight["field"], matches: (word: string) => boolean): Generator<Highlight> {
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (matches(word)) yield { start: index, end: index + word.length, field };
  }
}
