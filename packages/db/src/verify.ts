import type { Catalogue } from "./catalogue/catalogue.ts";
import type { PassageTable } from "./tables/passage-table.ts";

/** How a collection's catalogue and table agree. All counts but the first two are 0 in a sound collection. */
export interface CollectionReport {
  readonly name: string;
  readonly ok: boolean;
  readonly documents: number;
  readonly passages: number;
  /** Passages that the catalogue promises and the table lacks. */
  readonly missing: number;
  /** Passages of a version that was replaced. */
  readonly stale: number;
  /** Passages of documents that the catalogue does not know. */
  readonly orphaned: number;
  /** Passages that the table holds more than once. */
  readonly duplicated: number;
  /** Why the last maintenance failed, or why the collection could not be read. */
  readonly failure?: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly collections: readonly CollectionReport[];
}

/** Walks both sides once. */
export async function verifyCollection({
  name,
  id,
  catalogue,
  table,
  maintenance,
}: {
  name: string;
  id: string;
  catalogue: Catalogue;
  table: PassageTable;
  maintenance: unknown;
}): Promise<CollectionReport> {
  const expected = new Map<string, { rev: number; left: Set<number> }>();
  for await (const { id: documentId, rev, passages } of catalogue.manifest(id)) {
    expected.set(documentId, { rev, left: new Set(Array(passages).keys()) });
  }
  const counts = { passages: 0, missing: 0, stale: 0, orphaned: 0, duplicated: 0 };
  for await (const { documentId, rev, chunkNo } of table.versions()) {
    const document = expected.get(documentId);
    counts.passages++;
    if (!document) counts.orphaned++;
    else if (document.rev !== rev) counts.stale++;
    else if (!document.left.delete(chunkNo)) counts.duplicated++;
  }
  for (const { left } of expected.values()) counts.missing += left.size;
  const broken = counts.missing + counts.stale + counts.orphaned + counts.duplicated > 0;
  return {
    name,
    ok: !broken && maintenance === undefined,
    documents: expected.size,
    ...counts,
    ...(maintenance !== undefined && { failure: reasonOf(maintenance) }),
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}
