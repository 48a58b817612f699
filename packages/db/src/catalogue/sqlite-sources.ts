import type { SourceRecord } from "./catalogue.ts";
import { and, eq, sql } from "./drizzle.ts";
import { seenFields as seenFieldRows, sources } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export function seenFields(db: SqliteConnection, collectionId: string): string[] {
  const rows = db
    .select({ name: seenFieldRows.name })
    .from(seenFieldRows)
    .where(eq(seenFieldRows.collectionId, collectionId))
    .orderBy(seenFieldRows.name)
    .all();
  return rows.map(({ name }) => name);
}

export function get(db: SqliteConnection, collectionId: string, source: string): SourceRecord | undefined {
  const row = db.select().from(sources).where(isSource(collectionId, source)).get();
  return row && toRecord(row);
}

export function set(db: SqliteConnection, collectionId: string, record: SourceRecord): void {
  const row = { ...record, collectionId, updatedAt: record.updatedAt.getTime() };
  db.insert(sources)
    .values(row)
    .onConflictDoUpdate({ target: [sources.collectionId, sources.source], set: row })
    .run();
}

export function list(db: SqliteConnection, collectionId: string, prefix: string): SourceRecord[] {
  const startsWith = sql`substr(${sources.source}, 1, length(${prefix})) = ${prefix}`;
  return db
    .select()
    .from(sources)
    .where(and(eq(sources.collectionId, collectionId), startsWith))
    .orderBy(sources.source)
    .all()
    .map(toRecord);
}

export function remove(db: SqliteConnection, collectionId: string, source: string): void {
  db.delete(sources).where(isSource(collectionId, source)).run();
}

function isSource(collectionId: string, source: string) {
  return and(eq(sources.collectionId, collectionId), eq(sources.source, source));
}

function toRecord({ source, hash, documents, updatedAt }: typeof sources.$inferSelect): SourceRecord {
  return { source, hash, documents, updatedAt: new Date(updatedAt) };
}
