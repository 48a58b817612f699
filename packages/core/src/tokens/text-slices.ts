/** Cuts a list of texts into slices that hold no more than so many characters and texts, but at least one text. */
export function* textSlices(
  texts: readonly string[],
  limits: { readonly characters: number; readonly count: number },
): Generator<string[]> {
  let start = 0;
  let characters = 0;
  for (const [index, text] of texts.entries()) {
    const full = characters + text.length > limits.characters || index - start === limits.count;
    if (full && index > start) {
      yield texts.slice(start, index);
      start = index;
      characters = 0;
    }
    characters += text.length;
  }
  if (start < texts.length) yield texts.slice(start);
}
