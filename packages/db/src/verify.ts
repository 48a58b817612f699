import type { Catalogue } from "./catalogue/catalogue.ts";
import type { ObjectCounts } from "./objects/verify-objects.ts";
import { verifyObjects } from "./objects/verify-objects.ts";
import type { ObjectReads } from "./storage/object-store.ts";
import type { PassageTable } from "./tables/passage-table.ts";

/** How a collection's catalogue, its table and its objects agree. All counts but those of documents, passages and objects are 0 in a sound collection. */
export interface CollectionReport extends ObjectCounts {
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

/** Of a collection that cannot be read. */
export const NOTHING_COUNTED = {
  documents: 0,
  passages: 0,
  missing: 0,
  stale: 0,
  orphaned: 0,
  duplicated: 0,
  objects: 0,
  missing_objects: 0,
  damaged_objects: 0,
} as const satisfies Omit<CollectionReport, "name" | "ok" | "failure">;

export interface VerifyReport {
  readonly ok: boolean;
  readonly collections: readonly CollectionReport[];
  /** Why an accepted write could be neither done nor given up. */
  readonly failure?: string;
}

/** What is compared. */
export interface Compared {
  readonly id: string;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
}

/** Counts, and the documents that they are about. */
export interface Comparison {
  readonly documents: number;
  readonly counts: Pick<CollectionReport, "passages" | "missing" | "stale" | "orphaned" | "duplicated">;
  /** Ids of documents whose passages in the table are not those of the catalogue. */
  readonly broken: ReadonlySet<string>;
  /** Ids that the catalogue does not know. */
  readonly orphans: ReadonlySet<string>;
}

export async function verifyCollection({
  name,
  maintenance,
  objects,
  ...compared
}: Compared & { name: string; maintenance: unknown; objects: ObjectReads }): Promise<CollectionReport> {
  const { documents, counts, broken, orphans } = await compare(compared);
  const objectCounts = await verifyObjects(compared.id, { catalogue: compared.catalogue, objects });
  const unsound = objectCounts.missing_objects + objectCounts.damaged_objects;
  return {
    name,
    ok: broken.size + orphans.size + unsound === 0 && maintenance === undefined,
    documents,
    ...counts,
    ...objectCounts,
    ...(maintenance !== undefined && { failure: reasonOf(maintenance) }),
  };
}

/** Walks both sides once. */
export async function compare({ id, catalogue, table }: Compared): Promise<Comparison> {
  const expected = new Map<string, { rev: number; left: Set<number> }>();
  for await (const { id: documentId, rev, passages } of catalogue.manifest(id)) {
    expected.set(documentId, { rev, left: new Set(Array(passages).keys()) });
  }
  const counts = { passages: 0, missing: 0, stale: 0, orphaned: 0, duplicated: 0 };
  const [broken, orphans] = [new Set<string>(), new Set<string>()];
  for await (const { documentId, rev, chunkNo } of table.versions()) {
    const document = expected.get(documentId);
    counts.passages++;
    if (document?.rev === rev && document.left.delete(chunkNo)) continue;
    (document ? broken : orphans).add(documentId);
    if (!document) counts.orphaned++;
    else if (document.rev !== rev) counts.stale++;
    else counts.duplicated++;
  }
  for (const [documentId, { left }] of expected) {
    counts.missing += left.size;
    if (left.size > 0) broken.add(documentId);
  }
  return { documents: expected.size, counts, broken, orphans };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}
