import { DEFAULT_VECTORS } from "../vectors/vector-space.ts";
import type { CollectionRecord, NewCollection, Released, VectorIndexes } from "./catalogue.ts";
import { and, eq, inArray } from "./drizzle.ts";
import { acceptedWrites, aliases, collections, documents, idempotencyKeys, seenFields, sources } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { hashesOf, released } from "./sqlite-objects.ts";

export function list(db: SqliteConnection): CollectionRecord[] {
  return db.select().from(collections).orderBy(collections.name).all().map(toRecord);
}

export function find(db: SqliteConnection, name: string): CollectionRecord | undefined {
  const row = db.select().from(collections).where(eq(collections.name, name)).get();
  return row && toRecord(row);
}

export function byId(db: SqliteConnection, id: string): CollectionRecord | undefined {
  const row = db.select().from(collections).where(eq(collections.id, id)).get();
  return row && toRecord(row);
}

export function findReplacement(db: SqliteConnection, id: string): CollectionRecord | undefined {
  const row = db
    .select()
    .from(collections)
    .where(and(eq(collections.replaces, id), eq(collections.state, "building")))
    .get();
  return row && toRecord(row);
}

export function add(db: SqliteConnection, collection: NewCollection): boolean {
  const now = Date.now();
  return db.transaction((tx) => {
    if (isTaken(tx, collection.name)) return false;
    tx.insert(collections)
      .values({
        ...collection,
        modelName: collection.modelName ?? null,
        replaces: collection.replaces ?? null,
        textSettings: collection.textSettings ?? null,
        state: "creating",
        tableVersion: 0,
        sequence: 0,
        version: 0,
        createdAt: now,
        updatedAt: now,
      })
      .run();
    return true;
  });
}

export function rename(db: SqliteConnection, id: string, name: string): boolean {
  return db.transaction((tx) => {
    if (isTaken(tx, name)) return false;
    tx.update(collections).set({ name }).where(eq(collections.id, id)).run();
    return true;
  });
}

/** What replaces a collection goes on counting where that one stopped, so that versions only grow. */
export function replace(db: SqliteConnection, replacementId: string): number {
  return db.transaction((tx) => {
    const next = rowOf(tx, replacementId);
    const old = rowOf(tx, next.replaces ?? "");
    const version = Math.max(old.sequence, next.sequence) + 1;
    const isOld = eq(collections.id, old.id);
    // No name of a user's has a space.
    tx.update(collections)
      .set({ name: `replaced ${old.id}`, state: "dropping" })
      .where(isOld)
      .run();
    tx.update(collections)
      .set({
        name: old.name,
        state: "ready",
        replaces: null,
        sequence: version,
        version,
        createdAt: old.createdAt,
        updatedAt: Date.now(),
      })
      .where(eq(collections.id, next.id))
      .run();
    tx.update(aliases).set({ collectionId: next.id }).where(eq(aliases.collectionId, old.id)).run();
    tx.update(sources).set({ collectionId: next.id }).where(eq(sources.collectionId, old.id)).run();
    tx.update(acceptedWrites).set({ collectionId: next.id }).where(eq(acceptedWrites.collectionId, old.id)).run();
    tx.update(idempotencyKeys).set({ collectionId: next.id }).where(eq(idempotencyKeys.collectionId, old.id)).run();
    return version;
  });
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

export function setFields(
  db: SqliteConnection,
  id: string,
  fields: CollectionRecord["fields"],
  tableVersion: number,
): void {
  const forgotten = inArray(seenFields.name, Object.keys(fields));
  db.transaction((tx) => {
    tx.update(collections).set({ fields, tableVersion }).where(eq(collections.id, id)).run();
    tx.delete(seenFields)
      .where(and(eq(seenFields.collectionId, id), forgotten))
      .run();
  });
}

export function setVectorIndexes(db: SqliteConnection, id: string, changed: VectorIndexes): void {
  db.transaction((tx) => {
    const { vectorIndexes } = toRecord(rowOf(tx, id));
    tx.update(collections)
      .set(indexColumns({ ...vectorIndexes, ...changed }))
      .where(eq(collections.id, id))
      .run();
  });
}

export function forgetCalls(db: SqliteConnection, id: string): void {
  db.transaction((tx) => {
    tx.delete(idempotencyKeys).where(eq(idempotencyKeys.collectionId, id)).run();
    tx.delete(sources).where(eq(sources.collectionId, id)).run();
  });
}

export function remove(db: SqliteConnection, id: string): Released {
  return db.transaction((tx) => {
    const rows = tx.delete(documents).where(eq(documents.collectionId, id)).returning(released).all();
    tx.delete(sources).where(eq(sources.collectionId, id)).run();
    tx.delete(aliases).where(eq(aliases.collectionId, id)).run();
    tx.delete(acceptedWrites).where(eq(acceptedWrites.collectionId, id)).run();
    tx.delete(idempotencyKeys).where(eq(idempotencyKeys.collectionId, id)).run();
    tx.delete(seenFields).where(eq(seenFields.collectionId, id)).run();
    tx.delete(collections).where(eq(collections.id, id)).run();
    return hashesOf(rows);
  });
}

type Transaction = Pick<SqliteConnection, "select">;

/** Names and aliases are of one kind to those who use them. */
function isTaken(tx: Transaction, name: string): boolean {
  const named = tx.select({ id: collections.id }).from(collections).where(eq(collections.name, name)).get();
  return named !== undefined || tx.select().from(aliases).where(eq(aliases.alias, name)).get() !== undefined;
}

function rowOf(tx: Transaction, id: string): typeof collections.$inferSelect {
  const row = tx.select().from(collections).where(eq(collections.id, id)).get();
  if (row === undefined) throw new Error(`the catalogue has no collection ${id}`);
  return row;
}

function toRecord({ sequence: _sequence, vectorIndex, ...row }: typeof collections.$inferSelect): CollectionRecord {
  return {
    ...row,
    modelName: row.modelName ?? undefined,
    replaces: row.replaces ?? undefined,
    textSettings: row.textSettings ?? undefined,
    vectors: row.vectors ?? {},
    vectorIndexes: { ...(vectorIndex && { [DEFAULT_VECTORS]: vectorIndex }), ...row.vectorIndexes },
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  };
}

/** Those of the collection's own vectors have a column of their own. */
export function indexColumns({ [DEFAULT_VECTORS]: vectorIndex, ...vectorIndexes }: VectorIndexes) {
  return { vectorIndex: vectorIndex ?? null, vectorIndexes };
}
