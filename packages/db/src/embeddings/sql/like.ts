import { compilePattern, matchesPattern } from "../wildcard.ts";
import type { Pattern } from "../wildcard.ts";
import { queryError } from "./query-error.ts";
import type { Work } from "./work.ts";

type Text = string | null;

/** `text like pattern`, with the pattern of the row before at hand; whole numbers, which are no REAL. */
export function like(work: Work): (pattern: Text, text: Text) => bigint | null {
  const escaped = likeEscaped(work);
  return (pattern, text) => escaped(pattern, text, undefined);
}

/** The same with `escape`. */
export function likeEscaped(work: Work): (pattern: Text, text: Text, escape: Text | undefined) => bigint | null {
  let known: { readonly pattern: string; readonly escape: string | undefined; readonly compiled: Pattern } | undefined;
  return (pattern, text, escape) => {
    if (pattern === null || text === null || escape === null) return null;
    if (known?.pattern !== pattern || known.escape !== escape) {
      work.spend(pattern.length);
      known = { pattern, escape, compiled: compilePattern(asciiLower(pattern), wildcards(escape)) };
    }
    work.spend(text.length);
    return matchesPattern(known.compiled, asciiLower(text), (steps) => work.spend(steps)) ? 1n : 0n;
  };
}

function wildcards(escape: string | undefined) {
  const characters = { any: "%", one: "_" };
  if (escape === undefined) return characters;
  if (Array.from(escape).length === 1) return { ...characters, escape: asciiLower(escape) };
  throw queryError("An escape is one character", 0);
}

/** As far as SQLite's own LIKE does not tell cases apart. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
