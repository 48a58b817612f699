import type { Catalogue, SourceRecord } from "./catalogue/catalogue.ts";

export interface SourceFacts {
  readonly source: string;
  /** Hash of the source's content when it was last ingested. */
  readonly hash: string;
  /** Documents that came from it. */
  readonly documents: number;
  readonly updated_at: string;
}

/** Origins of documents (files, addresses) with the hash of their content, so that an unchanged one is not read again. */
export class CollectionSources {
  readonly #catalogue: Catalogue;
  readonly #collectionId: () => string;

  /** @param collectionId of the present generation. */
  constructor(catalogue: Catalogue, collectionId: () => string) {
    this.#catalogue = catalogue;
    this.#collectionId = collectionId;
  }

  async get(source: string): Promise<SourceFacts | undefined> {
    const record = await this.#catalogue.getSource(this.#collectionId(), source);
    return record && factsOf(record);
  }

  async set(source: string, { hash, documents }: { hash: string; documents: number }): Promise<void> {
    await this.#catalogue.setSourceRecord(this.#collectionId(), { source, hash, documents, updatedAt: new Date() });
  }

  /** In order of name; all, or those whose name starts with `prefix`. */
  async list(prefix = ""): Promise<SourceFacts[]> {
    return (await this.#catalogue.listSources(this.#collectionId(), prefix)).map(factsOf);
  }

  /** Forgets the source; its documents stay until they are deleted. */
  async remove(source: string): Promise<void> {
    await this.#catalogue.removeSource(this.#collectionId(), source);
  }
}

function factsOf({ updatedAt, ...record }: SourceRecord): SourceFacts {
  return { ...record, updated_at: updatedAt.toISOString() };
}
