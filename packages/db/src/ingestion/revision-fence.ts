import type { Catalogue, DocumentVersion } from "../catalogue/catalogue.ts";
import { DbError } from "../errors.ts";

/** A document that is only to be written over a certain revision. */
export interface FencedDocument {
  readonly id: string;
  readonly ifRev?: number | undefined;
}

/** A document that another write has changed first. */
export interface RevisionConflict {
  readonly id: string;
  readonly error: DbError;
}

export function isAtRevision({ ifRev }: FencedDocument, stored: DocumentVersion | undefined): boolean {
  return ifRev === undefined || ifRev === (stored?.rev ?? 0);
}

export function revisionConflict(rev: number | undefined): DbError {
  const found = rev === undefined ? "there is no such document" : `the stored revision is ${rev}`;
  return new DbError("revision_conflict", `if_rev: ${found}`, {
    hint: "Read the document again and repeat the change on what is there.",
    details: { rev: rev ?? 0 },
  });
}

/** Of these documents those that may be written now. To be asked in the writer's lane, where nothing else can write. */
export async function passFence<Document extends FencedDocument>(
  catalogue: Catalogue,
  collectionId: string,
  documents: readonly Document[],
): Promise<{ documents: readonly Document[]; conflicts: RevisionConflict[] }> {
  const fenced = documents.filter(({ ifRev }) => ifRev !== undefined);
  if (fenced.length === 0) return { documents, conflicts: [] };
  const stored = await catalogue.versions(
    collectionId,
    fenced.map(({ id }) => id),
  );
  const refused = new Map(
    fenced.filter((document) => !isAtRevision(document, stored.get(document.id))).map(({ id }) => [id, stored.get(id)]),
  );
  return {
    documents: documents.filter(({ id }) => !refused.has(id)),
    conflicts: Array.from(refused, ([id, version]) => ({ id, error: revisionConflict(version?.rev) })),
  };
}
