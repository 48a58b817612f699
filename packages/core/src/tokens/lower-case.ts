import type { TokenSpan } from "./tokenizer-engine.ts";

/** Spans of a lower-cased text → spans of the text itself: lower-casing makes two characters of "İ". */
export function spansBeforeLowerCase(text: string, lowered: string, spans: readonly TokenSpan[]): readonly TokenSpan[] {
  if (lowered.length === text.length) return spans;
  const { starts, ends } = origins(text);
  const startOf = (position: number): number => starts[position] ?? text.length;
  return spans.map(([start, end]) => [startOf(start), end > start ? (ends[end - 1] ?? text.length) : startOf(start)]);
}

// For each unit of the lowered text, where the character that it comes from starts and ends. Character by character
// gives the same lengths as the text at once: the one rule that looks around itself (final sigma) keeps the length.
function origins(text: string): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let position = 0;
  for (const character of text) {
    for (const _unit of Array(character.toLowerCase().length).keys()) {
      starts.push(position);
      ends.push(position + character.length);
    }
    position += character.length;
  }
  return { starts, ends };
}
