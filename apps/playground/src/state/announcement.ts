const listeners = new Set<() => void>();
let current = "";

/** Says a short sentence in the page's one live region. */
export function announce(sentence: string): void {
  current = sentence;
  for (const listener of listeners) listener();
}

export function announcement(): string {
  return current;
}

export function subscribeToAnnouncements(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
