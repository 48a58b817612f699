import type {
  DocumentVersion,
  ManifestEntry,
  StoredDocument,
  StoredSummary,
  StoredVersion,
  SummaryPage,
  TextLengths,
} from "./catalogue.ts";
import { and, eq, gt, inArray, ne, sql } from "./drizzle.ts";
import { documents } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { toInfo } from "./sqlite-objects.ts";

/** Characters of a text that a list shows. */
const SNIPPET_LENGTH = 240;
/** Rows read at a time where a whole collection is walked. */
const PAGE_ROWS = 2_000;

export function versions(
  db: SqliteConnection,
  collectionId: string,
  ids: readonly string[],
): Map<string, StoredVersion> {
  const { id, rev, contentHash, textHash, createdAt, source, passages } = documents;
  const rows = db
    .select({ id, rev, contentHash, textHash, createdAt, source, passages })
    .from(documents)
    .where(and(isCurrent(collectionId), idIn(ids)))
    .all();
  return new Map(
    rows.map((row) => [row.id, { ...row, createdAt: new Date(row.createdAt), source: row.source ?? undefined }]),
  );
}

export function current(db: SqliteConnection, collectionId: string, id: string): StoredDocument | undefined {
  const row = db
    .select()
    .from(documents)
    .where(and(isCurrent(collectionId), eq(documents.id, id)))
    .get();
  return row && toDocument(row);
}

export function at(db: SqliteConnection, collectionId: string, versions: readonly DocumentVersion[]): StoredDocument[] {
  const wanted = new Set(versions.map(({ id, rev }) => `${rev} ${id}`));
  return db
    .select()
    .from(documents)
    .where(
      and(
        eq(documents.collectionId, collectionId),
        ne(documents.state, "deleting"),
        idIn(versions.map(({ id }) => id)),
        inArray(documents.rev, [...new Set(versions.map(({ rev }) => rev))]),
      ),
    )
    .all()
    .filter(({ id, rev }) => wanted.has(`${rev} ${id}`))
    .map(toDocument);
}

export function summaries(
  db: SqliteConnection,
  collectionId: string,
  { limit, after, ids }: SummaryPage,
): StoredSummary[] {
  const { id, rev, title, tags, metadata, length, createdAt, updatedAt, text } = documents;
  const { objectHash, objectType, objectBytes } = documents;
  const object = { objectHash, objectType, objectBytes };
  const snippet = sql<string>`substr(${text}, 1, ${SNIPPET_LENGTH})`;
  return db
    .select({ id, rev, title, tags, metadata, length, createdAt, updatedAt, snippet, object })
    .from(documents)
    .where(and(isCurrent(collectionId), after === undefined ? undefined : gt(id, after), ids ? idIn(ids) : undefined))
    .orderBy(id)
    .limit(limit)
    .all()
    .map((row) => ({
      ...row,
      title: row.title ?? undefined,
      tags: row.tags ?? undefined,
      object: toInfo(row.object),
      createdAt: new Date(row.createdAt),
      updatedAt: new Date(row.updatedAt),
    }));
}

export function count(db: SqliteConnection, collectionId: string): number {
  const rows = db
    .select({ count: sql<number>`count(*)` })
    .from(documents)
    .where(isCurrent(collectionId))
    .all();
  return rows[0]?.count ?? 0;
}

export function textLengths(db: SqliteConnection, collectionId: string): TextLengths | undefined {
  const { length } = documents;
  const [found] = db
    .select({
      count: sql<number>`count(*)`,
      total: sql<number>`sum(${length})`,
      min: sql<number>`min(${length})`,
      max: sql<number>`max(${length})`,
    })
    .from(documents)
    .where(isCurrent(collectionId))
    .all();
  if (found === undefined || found.count === 0) return undefined;
  const { count, ...rest } = found;
  const at = (share: number) =>
    db
      .select({ length })
      .from(documents)
      .where(isCurrent(collectionId))
      .orderBy(length)
      .limit(1)
      .offset(Math.floor(share * (count - 1)))
      .get()?.length ?? 0;
  return { ...rest, median: at(0.5), p95: at(0.95) };
}

export function idsBySource(db: SqliteConnection, collectionId: string, source: string): string[] {
  return selectIds(db, and(isCurrent(collectionId), eq(documents.source, source)));
}

export function idsContaining(db: SqliteConnection, collectionId: string, text: string): string[] {
  return selectIds(db, and(isCurrent(collectionId), sql`instr(${documents.text}, ${text}) > 0`));
}

export function setSource(db: SqliteConnection, collectionId: string, ids: readonly string[], source: string): void {
  db.update(documents)
    .set({ source })
    .where(and(isCurrent(collectionId), idIn(ids)))
    .run();
}

export function* manifest(db: SqliteConnection, collectionId: string): Generator<ManifestEntry> {
  const { id, rev, passages, originRev } = documents;
  const page = (after: string) =>
    db
      .select({ id, rev, originRev, passages: sql<number>`json_array_length(${passages})` })
      .from(documents)
      .where(and(isCurrent(collectionId), gt(id, after)))
      .orderBy(id)
      .limit(PAGE_ROWS)
      .all();
  for (let rows = page(""); rows.length > 0; rows = page(rows.at(-1)?.id ?? "")) {
    for (const row of rows) yield { ...row, originRev: row.originRev ?? undefined };
  }
}

/** Any number of ids in one bound parameter. */
export function idIn(ids: readonly string[]) {
  return sql`${documents.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

function isCurrent(collectionId: string) {
  return and(eq(documents.collectionId, collectionId), eq(documents.state, "current"));
}

function selectIds(db: SqliteConnection, where: ReturnType<typeof and>): string[] {
  const rows = db.select({ id: documents.id }).from(documents).where(where).orderBy(documents.id).all();
  return rows.map(({ id }) => id);
}

function toDocument({
  collectionId: _collectionId,
  state: _state,
  length: _length,
  objectHash,
  objectType,
  objectBytes,
  ...row
}: typeof documents.$inferSelect): StoredDocument {
  return {
    ...row,
    title: row.title ?? undefined,
    tags: row.tags ?? undefined,
    source: row.source ?? undefined,
    object: toInfo({ objectHash, objectType, objectBytes }),
    originRev: row.originRev ?? undefined,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  };
}
