import { best } from "../scored.ts";
import type { Eligible, Scored } from "../scored.ts";
import { compilePattern, matchesPattern } from "../wildcard.ts";
import { normalizationOf, normalize } from "./normalization.ts";
import type { Normalization, NormalizeOption } from "./normalization.ts";
import { tokenizer } from "./tokenizer.ts";
import type { Tokenize, TokenizerOptions } from "./tokenizer.ts";
import { weightings } from "./weighting.ts";
import type { ScoringMethod, TermStatistics, Weighting, WeightingParameters } from "./weighting.ts";

export interface TermIndexOptions extends WeightingParameters {
  readonly method: ScoringMethod;
  /** @default false: scores as the method gives them */
  readonly normalize?: NormalizeOption;
  readonly tokenizer?: TokenizerOptions;
}

interface Term {
  readonly rows: number[];
  readonly frequencies: number[];
  totalFrequency: number;
}

/** Letters that no text has, for an asterisk while a query is cut into words; connectors keep it in its word. */
const ASTERISK = "_\uA7F7_";

/** Which rows have which terms, and how much that counts. */
export class TermIndex {
  readonly normalization: Normalization;
  readonly #options: TermIndexOptions;
  readonly #weighting: Weighting;
  readonly #tokenize: Tokenize;
  readonly #terms = new Map<string, Term>();
  readonly #lengths = new Map<number, number>();
  #total = 0;
  #tokens = 0;
  #averageScore: number | undefined;

  constructor(options: TermIndexOptions) {
    this.#options = options;
    this.#weighting = weightings[options.method](options);
    this.#tokenize = tokenizer(options.tokenizer);
    this.normalization = normalizationOf(options.normalize);
  }

  get count(): number {
    return this.#lengths.size;
  }

  add(row: number, text: string | readonly string[]): void {
    const tokens = typeof text === "string" ? this.#tokenize(text) : text;
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, frequency] of counts) this.#addTerm(token, row, frequency);
    this.#lengths.set(row, tokens.length);
    this.#total++;
    this.#tokens += tokens.length;
    this.#averageScore = undefined;
  }

  /** The row is not found any more; what it added to the statistics stays. */
  delete(row: number): void {
    this.#lengths.delete(row);
  }

  /** The best rows, of those that may be found, from the best down. Words may end or begin with `*`. */
  search(query: string, limit: number, eligible?: Eligible): Scored[] {
    const scores = new Map<number, number>();
    for (const [name, frequency] of this.#queryTerms(query)) {
      const term = this.#terms.get(name);
      if (term) this.#addScores(term, frequency, scores);
    }
    const scored = Array.from(scores, ([row, score]) => ({ row, score }));
    const unfiltered = best(scored, limit);
    const found = eligible
      ? best(
          scored.filter(({ row }) => eligible.has(row)),
          limit,
        )
      : unfiltered;
    return normalize(found, { option: this.#options.normalize, averageScore: this.#average(), unfiltered });
  }

  #addTerm(token: string, row: number, frequency: number): void {
    let term = this.#terms.get(token);
    if (!term) this.#terms.set(token, (term = { rows: [], frequencies: [], totalFrequency: 0 }));
    term.rows.push(row);
    term.frequencies.push(frequency);
    term.totalFrequency += frequency;
  }

  #addScores({ rows, frequencies, totalFrequency }: Term, queryFrequency: number, scores: Map<number, number>): void {
    const statistics = this.#statistics();
    const idf = this.#weighting.idf(rows.length, statistics);
    for (const [at, row] of rows.entries()) {
      const length = this.#lengths.get(row);
      if (length === undefined) continue;
      const occurrence = { frequency: frequencies[at] ?? 0, totalFrequency, idf, length };
      // In float32, where what is equal but for rounding is equal: ties are ties.
      const weight = Math.fround(this.#weighting.weight(occurrence, statistics));
      scores.set(row, Math.fround((scores.get(row) ?? 0) + Math.fround(queryFrequency * weight)));
    }
  }

  /** Each term with how often the query has it. */
  #queryTerms(query: string): Map<string, number> {
    const terms = new Map<string, number>();
    for (const token of this.#tokenize(query.replaceAll("*", ASTERISK))) {
      for (const term of this.#expand(token)) terms.set(term, (terms.get(term) ?? 0) + 1);
    }
    return terms;
  }

  #expand(token: string): string[] {
    if (!token.includes(ASTERISK)) return [token];
    const asked = token.replaceAll(ASTERISK, "*");
    // An asterisk alone would be every word.
    if (asked.replaceAll("*", "") === "") return [];
    const pattern = compilePattern(asked, { any: "*" });
    return [...this.#terms.keys()].filter((term) => matchesPattern(pattern, term));
  }

  #statistics(): TermStatistics {
    return { total: this.#total, tokens: this.#tokens, averageLength: this.#tokens / Math.max(1, this.#total) };
  }

  /** What an average term is worth in an average text. */
  #average(): number {
    if (this.#averageScore !== undefined) return this.#averageScore;
    const statistics = this.#statistics();
    const idfs = Array.from(this.#terms.values(), ({ rows }) => this.#weighting.idf(rows.length, statistics));
    const frequency = this.#tokens / Math.max(1, this.#terms.size);
    this.#averageScore = this.#weighting.weight(
      {
        frequency,
        totalFrequency: frequency,
        idf: idfs.reduce((sum, idf) => sum + idf, 0) / Math.max(1, idfs.length),
        length: statistics.averageLength,
      },
      statistics,
    );
    return this.#averageScore;
  }
}
