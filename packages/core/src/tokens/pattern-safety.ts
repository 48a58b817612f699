// Patterns of Split and Replace run in Oniguruma, which gives up after ten million steps back, and the library then ends
// the process. Without a repeated group, a back-reference and a second open repetition beside the first, what it tries at
// one place of a text grows with the text's length only.
const MAX_PATTERN_CHARACTERS = 1000;

/** Why a regular expression must not be run on foreign text; `undefined` when it may. */
export function findUnsafePattern(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_CHARACTERS) return `is longer than ${MAX_PATTERN_CHARACTERS} characters`;
  const plain = pattern
    .replaceAll(/\\[pP]\{[^}]*\}/gu, "x")
    .replaceAll(/\\[0-9kg]/gu, "\u0000")
    .replaceAll(/\\./gsu, "x");
  if (plain.includes("\u0000")) return "refers back to a group";
  const bare = plain.replaceAll(/\[[^\]]*\]/gu, "x");
  if (/[[\]]/u.test(bare)) return "nests character classes";
  if (/\)(?:[*+{]|\?[*+?])/u.test(bare)) return "repeats a group";
  if (bare.split("|").some((part) => countOpenRepetitions(part) > 1)) {
    return "repeats without limit more than once in one alternative";
  }
  return undefined;
}

function countOpenRepetitions(part: string): number {
  return part.match(/[*+]|\{\d*,\}/gu)?.length ?? 0;
}
