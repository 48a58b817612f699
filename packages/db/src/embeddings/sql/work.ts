import { queryError } from "./query-error.ts";

/** Steps that every statement may take over texts, */
const LEAST = 1_048_576;
/** and as many for each character that is stored: a long list of patterns passes, a pattern that is tried again everywhere does not. */
const PER_CHARACTER = 1_024;

/** How much a statement does with texts. What SQLite does by itself is linear in the texts that there are and in those made here. */
export class Work {
  #left = 0;

  /** Of one statement; @param stored characters of all texts */
  begin(stored: number): void {
    this.#left = LEAST + PER_CHARACTER * stored;
  }

  /** @throws {DbError} `query_invalid` when it becomes too much */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw queryError("It does too much with texts", 0);
  }
}
