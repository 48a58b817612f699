/** Characters of a pattern that stand for others; the rest stand for themselves. */
export interface Wildcards {
  /** Any text, also none. */
  readonly any: string;
  /** Exactly one character. */
  readonly one?: string | undefined;
  /** Takes the meaning from the character after it. */
  readonly escape?: string | undefined;
}

const ANY = Symbol("any");
const ONE = Symbol("one");
export type Pattern = readonly (string | typeof ANY | typeof ONE)[];

export function compilePattern(pattern: string, { any, one, escape }: Wildcards): Pattern {
  const parts: (string | typeof ANY | typeof ONE)[] = [];
  let isEscaped = false;
  for (const character of pattern) {
    if (!isEscaped && character === escape) isEscaped = true;
    else {
      if (isEscaped) parts.push(character);
      else parts.push(character === any ? ANY : character === one ? ONE : character);
      isEscaped = false;
    }
  }
  return parts;
}

/**
 * Goes back only to the last `any`, so that no pattern takes more than its length times the text's. @param onRetry told of steps that
 * were in vain, and may throw
 */
export function matchesPattern(pattern: Pattern, text: string, onRetry?: (steps: number) => void): boolean {
  const characters = Array.from(text);
  let [at, part, lastAny, retry] = [0, 0, -1, 0];
  while (at < characters.length) {
    const wanted = pattern[part];
    if (wanted === ANY) {
      [lastAny, retry] = [part, at];
      part++;
    } else if (wanted === ONE || (wanted !== undefined && wanted === characters[at])) {
      at++;
      part++;
    } else if (lastAny >= 0) {
      onRetry?.(at - retry);
      part = lastAny + 1;
      at = ++retry;
    } else return false;
  }
  while (pattern[part] === ANY) part++;
  return part === pattern.length;
}
