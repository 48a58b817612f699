/** As the analyser cuts words; offsets are UTF-16 because the text is a JavaScript string. */
export const WORDS = /[\p{Alphabetic}\p{N}]+/gu;

export function wordsOf(text: string): string[] {
  return text.match(WORDS) ?? [];
}
