import type { PassageReads } from "../../tables/passage-reads.ts";
import { findAbbreviations } from "./find-abbreviations.ts";
import type { Alternatives } from "./expand-query.ts";

/** Passages with a parenthesis that are read: a collection defines what it abbreviates over and over. */
const MAX_PASSAGES = 50_000;
/** Forms that one may stand for: a collection of many subjects has several, and the rare ones mislead. */
const MAX_FORMS = 2;
/** What was learned serves so long; a collection that grows defines new ones. */
const LIFE_MS = 10 * 60_000;

/** Abbreviations as the texts of a collection define them, read when they are first needed. */
export class LearnedAbbreviations {
  readonly #table: PassageReads;
  #learned: Promise<Alternatives> | undefined;
  #until = 0;

  constructor(table: PassageReads) {
    this.#table = table;
  }

  /** Long forms of a short one and short forms of a long one. Short forms count as they are written: "who" is not the WHO. */
  async alternatives(): Promise<Alternatives> {
    if (this.#learned === undefined || performance.now() > this.#until) {
      this.#until = performance.now() + LIFE_MS;
      this.#learned = this.#learn();
      this.#learned.catch(() => (this.#learned = undefined));
    }
    return this.#learned;
  }

  async #learn(): Promise<Alternatives> {
    const where = this.#table.textColumns.map(({ name }) => `regexp_like(coalesce(\`${name}\`, ''), '\\([A-Za-z0-9]')`);
    const texts = await this.#table.texts({ where: where.join(" OR "), limit: MAX_PASSAGES });
    const [longs, shorts] = [new Counts(), new Counts()];
    for (const { short, long } of texts.flatMap(findAbbreviations)) {
      longs.add(short, long.toLowerCase());
      shorts.add(long.toLowerCase(), short);
    }
    return (term) => [...longs.best(term), ...shorts.best(term.toLowerCase())];
  }
}

class Counts {
  readonly #counts = new Map<string, Map<string, number>>();

  add(key: string, value: string): void {
    const counts = this.#counts.get(key) ?? new Map<string, number>();
    counts.set(value, (counts.get(value) ?? 0) + 1);
    this.#counts.set(key, counts);
  }

  /** The most frequent values of a key, equal ones in order of name. */
  best(key: string): string[] {
    const counts = [...(this.#counts.get(key) ?? [])];
    counts.sort(([left, some], [right, others]) => others - some || (left < right ? -1 : 1));
    return counts.slice(0, MAX_FORMS).map(([value]) => value);
  }
}
