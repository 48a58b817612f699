import type { EmbeddingsId, IncomingDocument } from "./embeddings-document.ts";
import { furtherTexts, storeFurther } from "./further-texts.ts";
import type { Generation } from "./generation.ts";
import { entryTime } from "./section.ts";
import type { Section } from "./section.ts";
import { storedDocument } from "./section.ts";
import { storeTexts } from "./stored-vectors.ts";

/** One call that stores documents: it replaces those that were there before it, and keeps all that it is given. */
export class SectionWriter {
  readonly #generation: Generation;
  readonly #write: number;
  readonly #entry = entryTime(new Date());
  /** Ids of this call. */
  readonly #ids = new Set<string>();

  constructor(generation: Generation) {
    this.#generation = generation;
    this.#write = generation.nextWrite++;
  }

  /** Durable when it resolves, and found from then on. @throws {DbError} `document_invalid` */
  async store(documents: readonly IncomingDocument[]): Promise<void> {
    const { collection, rows } = this.#generation;
    const replaced = [...new Set(documents.map(({ id }) => String(id)))].filter((id) => !this.#ids.has(id));
    const old = replaced.flatMap((id) => rows.ofId(id).map(({ key }) => key));
    const sections = this.#sections(documents);
    const vectors = await storeTexts(collection, sections.map(storedDocument), rows.main.dense !== undefined);
    const further = furtherTexts(this.#generation, sections);
    await storeFurther(this.#generation, further);
    rows.delete(replaced);
    rows.add(
      sections.map((section) => ({
        section,
        vectors: vectors.get(section.key) ?? [],
        further: further.get(section.key) ?? new Map(),
      })),
    );
    await deleteKeys(
      this.#generation,
      old.filter((key) => !rows.hasKey(key)),
    );
  }

  #sections(documents: readonly IncomingDocument[]): Section[] {
    const used = new Set<string>();
    const first = this.#generation.rows.nextIndexid;
    return documents.map((document, at) => {
      const indexid = first + at;
      const key = this.#key(document, indexid, used);
      used.add(key);
      this.#ids.add(String(document.id));
      return { ...document, indexid, key, write: this.#write, entry: document.entry ?? this.#entry };
    });
  }

  /** A document's first row has its id in the collection, so that an unchanged text is not embedded again. */
  #key({ id }: IncomingDocument, indexid: number, used: ReadonlySet<string>): string {
    const { rows } = this.#generation;
    const own = String(id);
    const isOwn = rows.ofId(own).some(({ key }) => key === own);
    if (!this.#ids.has(own) && !used.has(own) && (isOwn || !rows.hasKey(own))) return own;
    let number = indexid;
    while (used.has(`section:${number}`) || rows.hasKey(`section:${number}`)) number++;
    return `section:${number}`;
  }
}

/** Deletes the rows of documents; gives the ids that there were, as they were indexed. */
export async function deleteRows(generation: Generation, ids: readonly EmbeddingsId[]): Promise<EmbeddingsId[]> {
  const asked = [...new Set(ids.map(String))];
  const rows = asked.flatMap((id) => generation.rows.ofId(id));
  await deleteKeys(
    generation,
    rows.map(({ key }) => key),
  );
  generation.rows.delete(asked);
  return [...new Map(rows.map(({ id }) => [String(id), id])).values()];
}

/** Takes rows out of the collections. */
async function deleteKeys({ collection, further }: Generation, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  for (const each of [collection, ...further.values()]) await each.delete({ ids: [...keys] });
}
