import type { CollectionRecord, NewCollection } from "./catalogue.ts";
import { eq } from "./drizzle.ts";
import { collections, documents, seenFields, sources } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export function list(db: SqliteConnection): CollectionRecord[] {
  return db.select().from(collections).orderBy(collections.name).all().map(toRecord);
}

export function find(db: SqliteConnection, name: string): CollectionRecord | undefined {
  const row = db.select().from(collections).where(eq(collections.name, name)).get();
  return row && toRecord(row);
}

export function add(db: SqliteConnection, collection: NewCollection): boolean {
  const now = Date.now();
  const { changes } = db
    .insert(collections)
    .values({
      ...collection,
      modelName: collection.modelName ?? null,
      state: "creating",
      tableVersion: 0,
      sequence: 0,
      version: 0,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .run();
  return changes === 1;
}

export function setState(
  db: SqliteConnection,
  id: string,
  state: CollectionRecord["state"],
  tableVersion: number | undefined,
): void {
  db.update(collections)
    .set({ state, ...(tableVersion !== undefined && { tableVersion }) })
    .where(eq(collections.id, id))
    .run();
}

export function setTableVersion(db: SqliteConnection, id: string, tableVersion: number): void {
  db.update(collections).set({ tableVersion }).where(eq(collections.id, id)).run();
}

export function remove(db: SqliteConnection, id: string): void {
  db.transaction((tx) => {
    tx.delete(documents).where(eq(documents.collectionId, id)).run();
    tx.delete(sources).where(eq(sources.collectionId, id)).run();
    tx.delete(seenFields).where(eq(seenFields.collectionId, id)).run();
    tx.delete(collections).where(eq(collections.id, id)).run();
  });
}

function toRecord(row: typeof collections.$inferSelect): CollectionRecord {
  return {
    ...row,
    modelName: row.modelName ?? undefined,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  };
}
