import { queryError } from "./query-error.ts";

/**
 * Of all uses of names together. One that stands for a long expression may be used many times, and what is evaluated for each row is the
 * product of both.
 */
const MAX_PARTS = 16_384;

/** How much has come into a statement in the place of names. */
export class Expansion {
  #parts = 0;

  /** @throws {DbError} `query_invalid` when it becomes too much */
  add(parts: number, at: number): void {
    this.#parts += parts;
    if (this.#parts > MAX_PARTS) throw queryError("What names stand for becomes too long", at);
  }
}
