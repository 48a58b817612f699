import type { Embedder } from "@galen/db";

/** Sentences remembered for each embedder: 3 MB of vectors of 384 numbers. */
const MAX_REMEMBERED = 2_000;

/** Questions about one subject meet the same sentences again and again. Map order is age. */
const remembered = new WeakMap<Embedder, Map<string, Float32Array>>();

/** Vectors of sentences; those embedded lately are not embedded again. */
export async function embedSentences(
  texts: readonly string[],
  { embedder, signal }: { embedder: Embedder; signal?: AbortSignal | undefined },
): Promise<Float32Array[]> {
  const known = remembered.get(embedder) ?? new Map<string, Float32Array>();
  remembered.set(embedder, known);
  const found = new Map(texts.map((text) => [text, known.get(text)]));
  const missing = [...found].flatMap(([text, vector]) => (vector === undefined ? [text] : []));
  const made =
    missing.length === 0 ? [] : await embedder.embedDocuments(missing, signal === undefined ? {} : { signal });
  for (const [index, text] of missing.entries()) found.set(text, made[index]);
  return texts.map((text) => {
    const vector = found.get(text) ?? new Float32Array(embedder.dimension);
    known.delete(text);
    known.set(text, vector);
    forgetOldest(known);
    return vector;
  });
}

function forgetOldest(known: Map<string, Float32Array>): void {
  const [oldest] = known.keys();
  if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
}
