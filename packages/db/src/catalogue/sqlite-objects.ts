import type { ObjectInfo } from "../schemas/object.ts";
import type { ObjectFacts, Released } from "./catalogue.ts";
import { and, eq, isNotNull, sql } from "./drizzle.ts";
import { documents } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** The object of a document, as three columns of its row. */
export interface ObjectColumns {
  readonly objectHash: string | null;
  readonly objectType: string | null;
  readonly objectBytes: number | null;
}

export function toColumns(object: ObjectInfo | undefined): ObjectColumns {
  return {
    objectHash: object?.sha256 ?? null,
    objectType: object?.media_type ?? null,
    objectBytes: object?.bytes ?? null,
  };
}

export function toInfo({ objectHash, objectType, objectBytes }: ObjectColumns): ObjectInfo | undefined {
  if (objectHash === null) return undefined;
  return { media_type: objectType ?? "", bytes: objectBytes ?? 0, sha256: objectHash };
}

/** To be given to `returning` where rows of documents are deleted. */
export const released = { hash: documents.objectHash };

export function hashesOf(rows: readonly { readonly hash: string | null }[]): Released {
  return [...new Set(rows.flatMap(({ hash }) => hash ?? []))].sort();
}

export function list(db: SqliteConnection, collectionId: string): ObjectFacts[] {
  const { objectHash, objectBytes, state } = documents;
  return db
    .selectDistinct({ sha256: objectHash, bytes: objectBytes })
    .from(documents)
    .where(and(eq(documents.collectionId, collectionId), eq(state, "current"), isNotNull(objectHash)))
    .orderBy(objectHash)
    .all()
    .map(({ sha256, bytes }) => ({ sha256: sha256 ?? "", bytes: bytes ?? 0 }));
}

export function unused(db: SqliteConnection, hashes: readonly string[]): string[] {
  const { objectHash } = documents;
  const given = sql`${objectHash} IN (SELECT value FROM json_each(${JSON.stringify(hashes)}))`;
  const rows = db
    .selectDistinct({ hash: objectHash })
    .from(documents)
    .where(and(isNotNull(objectHash), given))
    .all();
  const used = new Set(rows.map(({ hash }) => hash));
  return hashes.filter((hash) => !used.has(hash));
}
