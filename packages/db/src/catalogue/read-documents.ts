import type { Catalogue, DocumentVersion, StoredDocument } from "./catalogue.ts";

/** Documents held at once: the largest have four million characters. */
const BATCH_DOCUMENTS = 128;
/** A document that other writes replace all the time is given up after so many attempts. */
const MAX_ATTEMPTS = 8;

/** All documents of a collection in order of id, in batches. To be called where no write can come in between: it would leave documents out. */
export async function* allDocuments(catalogue: Catalogue, collectionId: string): AsyncGenerator<StoredDocument[]> {
  let versions: DocumentVersion[] = [];
  for await (const { id, rev } of catalogue.manifest(collectionId)) {
    versions.push({ id, rev });
    if (versions.length < BATCH_DOCUMENTS) continue;
    yield await catalogue.documentsAt(collectionId, versions);
    versions = [];
  }
  if (versions.length > 0) yield await catalogue.documentsAt(collectionId, versions);
}

/** Documents as they are now, by id; absent when there are none. One that is replaced while it is read is read again. */
export async function presentDocuments(
  catalogue: Catalogue,
  collectionId: string,
  ids: readonly string[],
): Promise<Map<string, StoredDocument>> {
  const documents = new Map<string, StoredDocument>();
  let left = ids;
  for (let attempt = 1; left.length > 0 && attempt <= MAX_ATTEMPTS; attempt++) {
    const versions = await catalogue.versions(collectionId, left);
    for (const document of await catalogue.documentsAt(collectionId, [...versions.values()])) {
      documents.set(document.id, document);
    }
    left = [...versions.keys()].filter((id) => !documents.has(id));
  }
  return documents;
}
