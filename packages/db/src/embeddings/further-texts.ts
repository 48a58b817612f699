import type { Generation } from "./generation.ts";
import type { Section } from "./section.ts";
import { storeTexts } from "./stored-vectors.ts";

/** What each further index has of a row, by its name. Vectors are absent until they are read or made. */
export type FurtherTexts = Map<string, { readonly text: string; vectors: readonly Float32Array[] }>;

const BATCH = 1_000;

/** The texts that further indexes take of rows, by the rows' keys. */
export function furtherTexts({ rows }: Generation, sections: readonly Section[]): Map<string, FurtherTexts> {
  const texts = new Map<string, FurtherTexts>();
  for (const section of sections) {
    const own: FurtherTexts = new Map();
    for (const [name, { plan }] of rows.further) {
      const text = textIn(section, plan.textColumn);
      if (text !== undefined) own.set(name, { text, vectors: [] });
    }
    texts.set(section.key, own);
  }
  return texts;
}

/** Stores what has no vectors yet in the collections of further indexes, and takes the vectors from there. */
export async function storeFurther({ further }: Generation, texts: ReadonlyMap<string, FurtherTexts>): Promise<void> {
  for (const [name, collection] of further) {
    const missing = Array.from(texts, ([key, own]) => ({ key, own: own.get(name) })).filter(
      ({ own }) => own?.vectors.length === 0,
    );
    for (let at = 0; at < missing.length; at += BATCH) {
      const some = missing.slice(at, at + BATCH);
      const documents = some.map(({ key, own }) => ({ id: key, text: own?.text ?? "" }));
      const vectors = await storeTexts(collection, documents);
      for (const { key, own } of some) if (own) own.vectors = vectors.get(key) ?? [];
    }
  }
}

/** A text that is no object is the text of every index. */
function textIn({ data, text }: Section, column: string): string | undefined {
  const named = data === null ? text : data[column];
  return typeof named === "string" && named.trim() !== "" ? named : undefined;
}
