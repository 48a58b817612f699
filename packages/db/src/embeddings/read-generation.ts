import type { Collection } from "../collection.ts";
import type { Database } from "../database.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import { newestComplete, openGeneration } from "./generation.ts";
import type { Generation } from "./generation.ts";
import { furtherTexts, storeFurther } from "./further-texts.ts";
import type { FurtherTexts } from "./further-texts.ts";
import { sectionOf } from "./section.ts";
import type { Section } from "./section.ts";
import { storedTexts } from "./stored-vectors.ts";

/** Opens the index of a data folder: what stands in memory is made anew of what is stored. */
export async function readNewest(database: Database, options: EmbeddingsOptions): Promise<Generation | undefined> {
  const newest = await newestComplete(database);
  if (!newest) return undefined;
  const generation = await openGeneration(database, { ...newest, options });
  generation.nextId = newest.nextId;
  await readRows(generation, options);
  return generation;
}

/** Fills a generation's rows with what its collections hold. */
export async function readRows(generation: Generation, options: EmbeddingsOptions): Promise<void> {
  const { rows } = generation;
  const { sections, vectors, lastWrite } = await storedSections(generation.collection, options);
  const further = await knownFurther(generation, sections);
  generation.nextWrite = lastWrite + 1;
  rows.add(
    sections.map((section) => ({
      section,
      vectors: vectors.get(section.key) ?? [],
      further: further.get(section.key) ?? new Map(),
    })),
  );
}

interface StoredSections {
  /** As they were added. */
  readonly sections: readonly Section[];
  /** By the rows' keys. */
  readonly vectors: ReadonlyMap<string, readonly Float32Array[]>;
  readonly lastWrite: number;
}

export async function storedSections(collection: Collection, options: EmbeddingsOptions): Promise<StoredSections> {
  const vectors = new Map<string, readonly Float32Array[]>();
  const sections: Section[] = [];
  let lastWrite = -1;
  for await (const { document, vectors: own } of storedTexts(collection)) {
    const section = sectionOf(document, sections.length);
    const object = options.objects ? await collection.object(section.key) : undefined;
    sections.push({ ...section, object });
    vectors.set(section.key, own);
    lastWrite = Math.max(lastWrite, section.write);
  }
  const kept = ofLastWrites(sections).toSorted((left, right) => left.indexid - right.indexid);
  return { sections: kept, vectors, lastWrite };
}

/** Rows that a later call has replaced are left over from a crash before they were deleted. */
function ofLastWrites(sections: readonly Section[]): Section[] {
  const last = new Map<string, number>();
  for (const { id, write } of sections) last.set(String(id), Math.max(write, last.get(String(id)) ?? 0));
  return sections.filter(({ id, write }) => last.get(String(id)) === write);
}

/** What further indexes hold of these rows; what they lack is embedded. */
async function knownFurther(generation: Generation, sections: readonly Section[]): Promise<Map<string, FurtherTexts>> {
  const texts = furtherTexts(generation, sections);
  for (const [name, collection] of generation.further) {
    for await (const { document, vectors } of storedTexts(collection)) {
      const known = texts.get(document.id)?.get(name);
      if (known && known.text === document.text) known.vectors = vectors;
    }
  }
  await storeFurther(generation, texts);
  return texts;
}
