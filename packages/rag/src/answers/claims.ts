import { isAbbreviation } from "../chunks/abbreviations.ts";

/**
 * The end of a sentence with the markers that belong to it, before or behind the full stop, and the white space after it.
 * A line break always ends one. The next word must be there, whole, and must not be a marker, else more may be to come.
 */
const CLAIM_END = /[.!?。！？]["'”’)]*(?:[^\S\n]*[[【][\d\s,;–-]{1,40}[\]】])*[^\S\n]+(?=[^\s[【]\S*\s)|\n/g;
const MARKED = /[\]】]\s*$/;

/** Cuts a growing text into sentences as soon as each is whole. */
export class ClaimReader {
  #rest = "";

  /** Adds a piece; returns the claims that are complete now, with the white space that follows them. */
  push(delta: string): string[] {
    this.#rest += delta;
    const claims: string[] = [];
    let start = 0;
    for (const { index, 0: end } of this.#rest.matchAll(CLAIM_END)) {
      const stop = index + end.length;
      if (!this.#isEnd(start, index, end)) continue;
      claims.push(this.#rest.slice(start, stop));
      start = stop;
    }
    this.#rest = this.#rest.slice(start);
    return claims;
  }

  /** What is left when nothing more comes. */
  finish(): string[] {
    const claims = [...this.push(" "), this.#rest];
    this.#rest = "";
    return claims;
  }

  #isEnd(start: number, index: number, end: string): boolean {
    if (MARKED.test(end) || end.startsWith("\n")) return true;
    const after = this.#rest.slice(index + end.length);
    if (end.startsWith(".") && /^\p{Ll}/u.test(after)) return false;
    return !isAbbreviation(this.#rest.slice(start, index + 1), after);
  }
}
